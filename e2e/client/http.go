// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	keys    = 250 // each is written and read
	workers = 4   // at a time, each on a connection of its own
)

type service struct {
	url         string
	client      *http.Client
	connections atomic.Int64
}

func newService() (*service, error) {
	address := os.Getenv("VM_FORWARD_8080")
	if address == "" {
		return nil, errors.New("no port of the host leads to port 8080 of the guest: VM_FORWARD_8080 is not set")
	}
	return &service{
		url: "http://" + address,
		client: &http.Client{
			Timeout:   time.Minute,
			Transport: &http.Transport{MaxConnsPerHost: workers, MaxIdleConnsPerHost: workers},
		},
	}, nil
}

// do sends a request and decodes the answer, which must have one of the statuses.
func (s *service) do(method, path, body string, answer any, statuses ...int) (int, error) {
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	request = request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if !info.Reused {
				s.connections.Add(1)
			}
		},
	}))
	response, err := s.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}
	for _, status := range statuses {
		if response.StatusCode == status {
			if answer == nil || len(data) == 0 {
				return status, nil
			}
			if err := json.Unmarshal(data, answer); err != nil {
				return 0, fmt.Errorf("%s %s: %w: %s", method, path, err, data)
			}
			return status, nil
		}
	}
	return 0, fmt.Errorf("%s %s: status %d, expected %v: %s", method, path, response.StatusCode, statuses, data)
}

// each calls work with 0 to n-1, from several goroutines, and returns the first error.
func each(n int, work func(i int) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	errs := make([]error, workers)
	for worker := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for errs[worker] == nil {
				i := int(next.Add(1) - 1)
				if i >= n {
					return
				}
				errs[worker] = work(i)
			}
		}()
	}
	wait.Wait()
	return errors.Join(errs...)
}

func value(i int) string { return fmt.Sprintf("value %d: %s ü", i, strings.Repeat("x", i*7%500)) }

func (s *service) readBack(i int) error {
	var got struct{ Key, Value string }
	path := fmt.Sprintf("/kv/key-%d", i)
	if _, err := s.do("GET", path, "", &got, 200); err != nil {
		return err
	}
	if got.Value != value(i) {
		return fmt.Errorf("GET %s: got %q, expected %q", path, got.Value, value(i))
	}
	return nil
}

type stats struct{ Requests, Starts int }

// crash lets a worker of the service crash, and waits for the one that its supervisor starts.
func (s *service) crash() error {
	var before, after stats
	if _, err := s.do("GET", "/stats", "", &before, 200); err != nil {
		return err
	}
	if before.Starts != 1 || before.Requests < 2*keys {
		return fmt.Errorf("before the crash the worker was started %d times and counted %d requests, expected 1 and at least %d", before.Starts, before.Requests, 2*keys)
	}
	if _, err := s.do("POST", "/crash", "", nil, 202); err != nil {
		return err
	}
	for {
		// 503 while it is being started.
		status, err := s.do("GET", "/stats", "", &after, 200, 503)
		if err != nil {
			return err
		}
		if status == 200 && after.Starts == 2 {
			break
		}
		if status == 200 {
			return fmt.Errorf("after the crash the worker was started %d times, expected 2", after.Starts)
		}
	}
	if after.Requests >= before.Requests {
		return fmt.Errorf("the worker counted %d requests before the crash and %d after it: it is the same one", before.Requests, after.Requests)
	}
	return nil
}

// talk writes and reads values, on connections that stay, around the crash of a worker.
func talk() error {
	s, err := newService()
	if err != nil {
		return err
	}
	var health struct{ Status string }
	if _, err := s.do("GET", "/health", "", &health, 200); err != nil || health.Status != "ok" {
		return fmt.Errorf("the service is not well: %q, %w", health.Status, err)
	}
	begin := time.Now()
	err = each(keys, func(i int) error {
		body, err := json.Marshal(value(i))
		if err != nil {
			return err
		}
		_, err = s.do("PUT", fmt.Sprintf("/kv/key-%d", i), string(body), nil, 201)
		return err
	})
	if err != nil {
		return err
	}
	if err := each(keys, s.readBack); err != nil {
		return err
	}
	fmt.Printf("%d requests on %d connections in %s\n", 2*keys, s.connections.Load(), time.Since(begin).Round(time.Millisecond))
	if n := s.connections.Load(); n > workers {
		return fmt.Errorf("%d connections were made, expected that %d stay", n, workers)
	}
	if err := s.crash(); err != nil {
		return err
	}
	// What was written is still there, and what was not is not.
	if err := each(keys, s.readBack); err != nil {
		return err
	}
	var all struct{ Keys []string }
	if _, err := s.do("GET", "/kv", "", &all, 200); err != nil || len(all.Keys) != keys {
		return fmt.Errorf("GET /kv: %d keys, expected %d: %w", len(all.Keys), keys, err)
	}
	if _, err := s.do("DELETE", "/kv/key-7", "", nil, 204); err != nil {
		return err
	}
	if _, err := s.do("GET", "/kv/key-7", "", nil, 404); err != nil {
		return err
	}
	_, err = s.do("PUT", "/kv/bad", "{", nil, 400)
	return err
}

func stop(code string) error {
	s, err := newService()
	if err != nil {
		return err
	}
	_, err = s.do("POST", "/stop", code, nil, 202)
	return err
}
