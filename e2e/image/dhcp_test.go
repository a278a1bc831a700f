// SPDX-License-Identifier: Apache-2.0

package image_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	discover, offer, request, ack, nak = 1, 2, 3, 5, 6

	etherHeader, ipHeader, udpHeader = 14, 20, 8
	bootpHeader                      = 240
)

var server = net.IPv4(192, 0, 2, 1).To4()

// wire is a network card of the machine: Ethernet frames, each after its length.
type wire struct{ net.Conn }

// receive returns the next message of the DHCP client, without the headers below it.
func (w wire) receive() (frame, message []byte, err error) {
	for {
		var size uint32
		if err := binary.Read(w, binary.BigEndian, &size); err != nil {
			return nil, nil, err
		}
		frame := make([]byte, size)
		if _, err := io.ReadFull(w, frame); err != nil {
			return nil, nil, err
		}
		// IPv4 without options, UDP, to the port of a server.
		start := etherHeader + ipHeader + udpHeader
		if len(frame) >= start+bootpHeader && binary.BigEndian.Uint16(frame[12:]) == 0x0800 && frame[14] == 0x45 && frame[23] == 17 &&
			binary.BigEndian.Uint16(frame[etherHeader+ipHeader+2:]) == 67 {
			return frame, frame[start:], nil
		}
	}
}

// option returns an option of a message.
func option(message []byte, code byte) []byte {
	for rest := message[bootpHeader:]; len(rest) > 1 && rest[0] != 255; {
		if rest[0] == 0 {
			rest = rest[1:]
			continue
		}
		if size := int(rest[1]); rest[0] == code && len(rest) >= 2+size {
			return rest[2 : 2+size]
		}
		rest = rest[2+int(rest[1]):]
	}
	return nil
}

func kind(message []byte) byte {
	if value := option(message, 53); len(value) == 1 {
		return value[0]
	}
	return 0
}

// answer sends a message of the server, with a lease of that many seconds that is to be renewed after one.
func (w wire) answer(to, query []byte, kind byte, address net.IP, seconds byte) error {
	message := make([]byte, bootpHeader, 300)
	copy(message, query[:44])
	message[0] = 2
	copy(message[16:], address.To4())
	copy(message[236:], []byte{99, 130, 83, 99})
	message = append(message, 53, 1, kind, 54, 4)
	message = append(message, server...)
	if kind != nak {
		message = append(message, 1, 4, 255, 255, 255, 0, 51, 4, 0, 0, 0, seconds, 58, 4, 0, 0, 0, 1, 3, 4)
		message = append(append(append(message, server...), 6, 4), server...)
		message = append(message, 12, 3, 'w', 'e', 'b', 15, 4, 't', 'e', 's', 't')
	}
	message = append(message, 255)

	frame := append([]byte{}, to[6:12]...)
	frame = append(frame, 2, 0, 0, 0, 0, 1, 8, 0)
	ip := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0}
	ip = append(ip, server...)
	if target := net.IP(query[12:16]); !target.Equal(net.IPv4zero) {
		ip = append(ip, target...)
	} else {
		ip = append(ip, 255, 255, 255, 255)
	}
	binary.BigEndian.PutUint16(ip[2:], uint16(ipHeader+udpHeader+len(message)))
	sum := uint32(0)
	for i := 0; i < len(ip); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum))
	udp := binary.BigEndian.AppendUint16([]byte{0, 67, 0, 68}, uint16(udpHeader+len(message)))
	frame = append(append(append(append(frame, ip...), udp...), 0, 0), message...)
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...))
	return err
}

// repeats tells whether a message is one that was answered before: the client sends it again if it waits too long.
func repeats(message, answered []byte) bool {
	return answered != nil && kind(message) == kind(answered) && bytes.Equal(message[4:8], answered[4:8])
}

// serve plays a server: the first message is lost, then there is a lease, which is renewed once and, once the emulator is
// waiting, refused. The lease of another address nobody renews. At last there is a third one.
func (w wire) serve(waiting <-chan struct{}) error {
	var answered []byte
	var before time.Time
	first, second, third := net.IPv4(192, 0, 2, 7), net.IPv4(192, 0, 2, 8), net.IPv4(192, 0, 2, 9)
	for i, step := range []struct {
		kind     byte
		client   net.IP // the address that it has
		answer   byte
		address  net.IP
		question net.IP // the address that it asks for
		lease    byte   // seconds
		within   time.Duration
	}{
		{discover, net.IPv4zero, 0, nil, nil, 0, 0},
		{discover, net.IPv4zero, offer, first, nil, 120, 0},
		{request, net.IPv4zero, ack, first, first, 120, 0},
		{request, first, ack, first, nil, 120, 0},
		{request, first, nak, net.IPv4zero, nil, 0, 0},
		{discover, net.IPv4zero, offer, second, nil, 8, 0},
		{request, net.IPv4zero, ack, second, second, 8, 0},
		{request, second, 0, nil, nil, 0, 0},
		// When the lease ends, and not when the next try to renew it would be, after a minute.
		{discover, net.IPv4zero, offer, third, nil, 120, 30 * time.Second},
		{request, net.IPv4zero, ack, third, third, 120, 0},
	} {
		frame, message, err := w.receive()
		for err == nil && repeats(message, answered) {
			frame, message, err = w.receive()
		}
		if err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		asked := option(message, 50)
		if kind(message) != step.kind || !net.IP(message[12:16]).Equal(step.client) || step.question != nil && !step.question.Equal(asked) {
			return fmt.Errorf("message %d: got kind %d from %s for %s, expected kind %d from %s for %s", i, kind(message), net.IP(message[12:16]),
				net.IP(asked), step.kind, step.client, step.question)
		}
		if after := time.Since(before); step.within > 0 && after > step.within {
			return fmt.Errorf("message %d: it came %s after the one before, expected %s at most", i, after, step.within)
		}
		before = time.Now()
		if step.answer == 0 {
			continue
		}
		if step.answer == nak {
			select {
			case <-waiting:
			case <-time.After(time.Minute):
				return errors.New("the emulator does not wait")
			}
		}
		answered = message
		// Noise: what is cut, and what is for another client.
		other := bytes.Clone(message)
		other[4] ^= 0xff
		if err := w.answer(frame, other, step.answer, net.IPv4(203, 0, 113, 9), step.lease); err != nil {
			return err
		}
		if err := w.answer(frame, message, step.answer, step.address, step.lease); err != nil {
			return err
		}
	}
	return nil
}

func TestDHCP(t *testing.T) {
	cmd := boot(t, "init.net.device=eth1 init.env.E2E=wait")
	socket := filepath.Join(t.TempDir(), "wire")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	cmd.Args = append(cmd.Args, "-netdev", "stream,id=wire,server=off,addr.type=unix,addr.path="+socket, "-device", "virtio-net-pci,netdev=wire,romfile=")
	keyboard, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	served, waiting, ended := make(chan error, 1), make(chan struct{}), make(chan struct{})
	defer close(ended)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			defer conn.Close()
			err = wire{conn}.serve(waiting)
		}
		served <- err
		// Ctrl-C: a bad end must not wait for the timeout.
		if err != nil {
			keyboard.Write([]byte{3})
		}
		// After the last answer the client needs the wire no longer, but the card does.
		<-ended
	}()
	const last = "network: eth1 has 192.0.2.9/24, by DHCP"
	screen := &watcher{found: map[string]func(){
		"E2E: waiting": func() { close(waiting) },
		last:           func() { keyboard.Write([]byte{3}) },
	}}
	cmd.Stdout, cmd.Stderr = screen, screen
	err = cmd.Run()
	if got := <-served; got != nil {
		t.Error(got)
	}
	out := screen.text.String()
	if err != nil {
		t.Error(err)
	}
	for _, line := range []string{
		"network: eth1 has 192.0.2.7/24, by DHCP",
		"E2E: host: web.test",
		"E2E: /etc/resolv.conf: nameserver 192.0.2.1",
		"E2E: /etc/resolv.conf: search test",
		"E2E: /etc/hosts: 192.0.2.7 web.test web",
		"E2E: /proc/net/route: eth1\t00000000\t010200C0\t",
		"E2E: waiting",
		"network: eth1 has 192.0.2.8/24, by DHCP",
		"eth1: the lease of the address ended, and no DHCP server renewed it",
		last,
		"E2E: signal 15: stopping",
		"E2E: /etc/hosts: 192.0.2.9 web.test web",
		"E2E: /proc/net/route: eth1\t00000000\t010200C0\t",
		"E2E: stopped",
	} {
		_, rest, found := strings.Cut(out, line)
		if !found {
			t.Fatalf("%q is missing, or not in this order, in\n%s", line, &screen.text)
		}
		out = rest
	}
}

// watcher keeps what is written, and calls a function, once, when its line is in it.
type watcher struct {
	text  bytes.Buffer
	found map[string]func()
}

func (w *watcher) Write(data []byte) (int, error) {
	w.text.Write(data)
	for line, found := range w.found {
		if strings.Contains(w.text.String(), line) {
			delete(w.found, line)
			found()
		}
	}
	return len(data), nil
}
