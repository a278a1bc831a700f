// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ulikunitz/xz"
	"pault.ag/go/debian/control"
)

const (
	component    = "main"
	architecture = "amd64"

	inReleaseLimit = 16 << 20
	answerTimeout  = time.Minute
	requestTimeout = 10 * time.Minute
)

const mirrorRemedy = "give a mirror that answers and has the suite with -mirror or DEBIAN_MIRROR"

// Archive reads the signed indexes of one mirror.
type Archive struct {
	base    *url.URL
	keyring openpgp.EntityList
	client  *http.Client
	warn    func(string)
	now     func() time.Time
}

// NewArchive prepares to read the mirror at the address; nothing is fetched yet.
// Warnings, one line each, go to warn.
func NewArchive(mirror string, keyring openpgp.EntityList, warn func(string)) (*Archive, error) {
	base, err := url.Parse(mirror)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, fmt.Errorf("mirror %q: expected the address of a Debian archive, http://HOST/PATH or https://HOST/PATH", mirror)
	}
	if len(keyring) == 0 {
		return nil, errors.New("no key to check the archive's signature with: give a keyring with -keyring")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = answerTimeout
	return &Archive{
		base:    base,
		keyring: keyring,
		client:  &http.Client{Transport: transport, Timeout: requestTimeout},
		warn:    warn,
		now:     time.Now,
	}, nil
}

// url is for messages: without the password that a private mirror may need.
func (a *Archive) url(p string) string { return a.base.JoinPath(p).Redacted() }

// errNotFound marks an answer that says that the file is not there.
var errNotFound = errors.New("not there")

// get fetches one file of at most limit bytes.
func (a *Archive) get(ctx context.Context, p string, limit int64) ([]byte, error) {
	res, err := a.request(ctx, http.MethodGet, p)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", a.url(p), err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("fetching %s: more than the expected %d bytes", a.url(p), limit)
	}
	return data, nil
}

func (a *Archive) request(ctx context.Context, method, p string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.base.JoinPath(p).String(), nil)
	if err != nil {
		return nil, err
	}
	res, err := a.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the mirror does not answer: %w; %s", err, mirrorRemedy)
	}
	switch res.StatusCode {
	case http.StatusOK:
		return res, nil
	case http.StatusNotFound, http.StatusGone:
		err = errNotFound
	default:
		err = errors.New("unexpected answer")
	}
	res.Body.Close()
	return nil, fmt.Errorf("%s %s: %w (%s)", method, a.url(p), err, res.Status)
}

// release is a suite's InRelease file after its signature was checked.
type release struct {
	suite string
	files map[string]File // by path below dists/<suite>/
}

func (a *Archive) release(ctx context.Context, suite string) (*release, error) {
	p := "dists/" + suite + "/InRelease"
	data, err := a.get(ctx, p, inReleaseLimit)
	if errors.Is(err, errNotFound) {
		return nil, fmt.Errorf("suite %q is not on the mirror: %w; correct the suite in packages.json, or %s", suite, err, mirrorRemedy)
	} else if err != nil {
		return nil, fmt.Errorf("suite %q: %w", suite, err)
	}
	text, err := a.verify(data)
	if err != nil {
		return nil, fmt.Errorf("suite %q: %s: %w", suite, a.url(p), err)
	}
	r, err := a.parseRelease(suite, text)
	if err != nil {
		return nil, fmt.Errorf("suite %q: %s: %w", suite, a.url(p), err)
	}
	return r, nil
}

// verify returns the text that one of the keyring's keys has signed.
func (a *Archive) verify(data []byte) ([]byte, error) {
	block, _ := clearsign.Decode(data)
	if block == nil {
		return nil, errors.New("not a clear-signed file (is there a proxy or login page between here and the mirror?)")
	}
	if _, err := block.VerifySignature(a.keyring, nil); err != nil {
		return nil, fmt.Errorf("bad signature: %w; give a newer keyring with -keyring if the archive's keys have changed; otherwise do not use this mirror", err)
	}
	return block.Plaintext, nil
}

func (a *Archive) parseRelease(suite string, text []byte) (*release, error) {
	para, err := firstParagraph(text)
	if err != nil {
		return nil, err
	}
	// A mirror must not be able to pass off another suite's signed file.
	if para["Suite"] != suite && para["Codename"] != suite {
		return nil, fmt.Errorf("the signed file is for suite %q, codename %q", para["Suite"], para["Codename"])
	}
	if until := para["Valid-Until"]; until != "" {
		t, err := parseDate(until)
		if err != nil {
			return nil, fmt.Errorf("Valid-Until: %w", err)
		}
		// Frozen mirrors are wanted: what they serve is signed all the same.
		if a.now().After(t) {
			a.warn(fmt.Sprintf("suite %s: the mirror's index was valid until %s; going on with it", suite, until))
		}
	}
	r := &release{suite: suite, files: map[string]File{}}
	for _, line := range strings.Split(strings.TrimSpace(para["SHA256"]), "\n") {
		f, err := parseFileLine(line)
		if err != nil {
			return nil, fmt.Errorf("SHA256: %w", err)
		}
		r.files[f.Path] = f
	}
	return r, nil
}

func parseDate(s string) (time.Time, error) {
	// Debian writes "UTC"; some archives write "+0000".
	t, err := time.Parse(time.RFC1123, s)
	if err != nil {
		t, err = time.Parse(time.RFC1123Z, s)
	}
	return t, err
}

// parseFileLine reads "<sha256> <size> <name>".
func parseFileLine(line string) (File, error) {
	f := strings.Fields(line)
	if len(f) != 3 || !sha256Hex.MatchString(f[0]) {
		return File{}, fmt.Errorf("line %q: expected a sha256, a size and a name", line)
	}
	size, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil || size < 0 {
		return File{}, fmt.Errorf("line %q: %q is not a size", line, f[1])
	}
	return File{Path: f[2], SHA256: f[0], Size: size}, nil
}

// index fetches, checks and unpacks one index file, such as main/source/Sources.
func (a *Archive) index(ctx context.Context, r *release, name string) (io.Reader, error) {
	for _, ext := range []string{".xz", ".gz"} {
		want, ok := r.files[name+ext]
		if !ok {
			continue
		}
		p := "dists/" + r.suite + "/" + want.Path
		data, err := a.get(ctx, p, want.Size)
		if errors.Is(err, errNotFound) && ext == ".xz" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("suite %q: %w", r.suite, err)
		}
		if got := digest(data); got != want.SHA256 {
			return nil, fmt.Errorf("suite %q: %s has sha256 %s, its InRelease says %s: the mirror may be in the middle of an update (try again) or broken (%s)",
				r.suite, a.url(p), got, want.SHA256, mirrorRemedy)
		}
		var unpacked io.Reader
		if ext == ".xz" {
			unpacked, err = xz.NewReader(bytes.NewReader(data))
		} else {
			unpacked, err = gzip.NewReader(bytes.NewReader(data))
		}
		if err != nil {
			return nil, fmt.Errorf("suite %q: unpacking %s: %w", r.suite, a.url(p), err)
		}
		return unpacked, nil
	}
	return nil, fmt.Errorf("suite %q: the mirror has no %s.xz or %s.gz; %s", r.suite, name, name, mirrorRemedy)
}

// Binaries reads the suite's index of binary packages.
func (a *Archive) Binaries(ctx context.Context, suite string) (*BinaryIndex, error) {
	r, err := a.release(ctx, suite)
	if err != nil {
		return nil, err
	}
	index, err := a.index(ctx, r, component+"/binary-"+architecture+"/Packages")
	if err != nil {
		return nil, err
	}
	b, err := parseBinaryIndex(index)
	if err != nil {
		return nil, fmt.Errorf("suite %q: index of binary packages: %w", suite, err)
	}
	b.suite = suite
	return b, nil
}

// Sources reads the suite's index of source packages.
func (a *Archive) Sources(ctx context.Context, suite string) (*SourceIndex, error) {
	r, err := a.release(ctx, suite)
	if err != nil {
		return nil, err
	}
	index, err := a.index(ctx, r, component+"/source/Sources")
	if err != nil {
		return nil, err
	}
	s, err := parseSourceIndex(index)
	if err != nil {
		return nil, fmt.Errorf("suite %q: index of source packages: %w", suite, err)
	}
	s.suite = suite
	return s, nil
}

// Stat asks the mirror whether it still has the file, in its full size.
func (a *Archive) Stat(ctx context.Context, f File) error {
	res, err := a.request(ctx, http.MethodHead, f.Path)
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.ContentLength >= 0 && res.ContentLength != f.Size {
		return fmt.Errorf("%s has %d bytes, the lock says %d", a.url(f.Path), res.ContentLength, f.Size)
	}
	return nil
}

func firstParagraph(text []byte) (map[string]string, error) {
	r, err := control.NewParagraphReader(bytes.NewReader(text), nil)
	if err != nil {
		return nil, err
	}
	p, err := r.Next()
	if err != nil {
		return nil, err
	}
	return p.Values, nil
}
