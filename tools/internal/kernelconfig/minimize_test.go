// SPDX-License-Identifier: Apache-2.0

package kernelconfig

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"rules_elixir_vm/tools/internal/kconfig"
)

// symbol is an option of the tests' Kconfig. All are bool but SIZE.
type symbol struct {
	name     string
	depends  string // the option that it needs
	selects  string // the option that it turns on
	noPrompt bool   // then it is on when what it depends on is
}

// The real Kconfig takes seconds for each question; e2e tests use that. This one has what matters: dependencies, selects,
// options without a prompt, a value that is not y, and options that are not listed where they cannot be chosen.
var symbols = []symbol{
	{name: "NET"},
	{name: "INET", depends: "NET"},
	{name: "IPV6", depends: "INET", selects: "CRYPTO"},
	{name: "CRYPTO"},
	{name: "CRYPTO_LIB", depends: "CRYPTO", noPrompt: true},
	{name: "SIZE", depends: "NET"},
	{name: "USB"},
	{name: "USB_HID", depends: "USB"},
	{name: "USB_NET", depends: "USB", selects: "NET"},
	{name: "USB_STORAGE", depends: "USB"},
	{name: "DEBUG", selects: "STACKTRACE"},
	{name: "STACKTRACE"},
}

func allnoconfig(options []kconfig.Option) (kconfig.Config, error) {
	asked := map[string]string{}
	for _, o := range options {
		asked[o.Name] = o.Value
	}
	config := kconfig.Config{}
	on := func(name string) bool { return name == "" || config[name] == "y" }
	for changed := true; changed; {
		before := maps.Clone(config)
		for _, s := range symbols {
			switch {
			case !on(s.depends):
				continue
			case s.name == "SIZE":
				config[s.name] = "10"
				if v, ok := asked[s.name]; ok && v != kconfig.Off {
					config[s.name] = v
				}
			case s.noPrompt || asked[s.name] == "y" || config[s.name] == "y":
				config[s.name] = "y"
			default:
				config[s.name] = kconfig.Off
			}
			if on(s.name) && s.selects != "" {
				config[s.selects] = "y"
			}
		}
		changed = !maps.Equal(before, config)
	}
	return config, nil
}

func parse(t testing.TB, text string) []kconfig.Option {
	t.Helper()
	options, err := kconfig.ParseFragment("f", []byte(strings.ReplaceAll(text, " CONFIG", "\nCONFIG")))
	if err != nil {
		t.Fatal(err)
	}
	return options
}

func text(options []kconfig.Option) string {
	var words []string
	for _, o := range options {
		words = append(words, o.Name+"="+o.Value)
	}
	return strings.Join(words, " ")
}

func TestMinimize(t *testing.T) {
	for _, test := range []struct {
		name, before, after, edited, want string
	}{
		{"nothing", "CONFIG_NET=y", "", "", ""},
		{"what was there", "CONFIG_NET=y", "", "CONFIG_NET=y", ""},
		{"one", "", "", "CONFIG_USB=y", "USB=y"},
		{"a menu and one in it", "", "", "CONFIG_USB=y CONFIG_USB_HID=y", "USB=y USB_HID=y"},
		{"in a menu that is on", "CONFIG_USB=y", "", "CONFIG_USB_HID=y", "USB_HID=y"},
		{"what it selects follows", "CONFIG_NET=y CONFIG_INET=y", "", "CONFIG_IPV6=y CONFIG_CRYPTO=y", "IPV6=y"},
		{"selected by chance only", "CONFIG_DEBUG=y", "", "CONFIG_STACKTRACE=y", ""},
		{"a value", "CONFIG_NET=y", "", "CONFIG_SIZE=12", "SIZE=12"},
		{"the default value", "CONFIG_NET=y", "", "CONFIG_SIZE=10", ""},
		{"off", "CONFIG_USB=y CONFIG_USB_HID=y", "", "CONFIG_USB_HID=n", "USB_HID=n"},
		{"off, with all in it that was asked for", "CONFIG_USB=y CONFIG_USB_HID=y", "", "CONFIG_USB=n", "USB=n USB_HID=n"},
		{"off, with one that may differ", "CONFIG_USB=y CONFIG_USB_HID=y # nocheck: nice to have", "", "CONFIG_USB=n", "USB=n"},
		{"off, with a value", "CONFIG_NET=y CONFIG_SIZE=12", "", "CONFIG_NET=n", "NET=n SIZE=n"},
		{"many, few are needed", "", "", "CONFIG_USB=y CONFIG_USB_NET=y CONFIG_INET=y CONFIG_IPV6=y CONFIG_DEBUG=y", "DEBUG=y INET=y IPV6=y USB=y USB_NET=y"},
		{"later ones do more", "", "CONFIG_USB=y", "CONFIG_USB_HID=y", "USB_HID=y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := Fragments{Before: parse(t, test.before), After: parse(t, test.after)}
			checkMinimal(t, f, parse(t, test.edited), test.want)
		})
	}
}

// checkMinimal minimizes the configuration that edited makes, and has a look at what comes out. A wanted "*" is any.
func checkMinimal(t *testing.T, f Fragments, edited []kconfig.Option, want string) {
	t.Helper()
	config, _ := allnoconfig(f.With(edited))
	calls := 0
	minimal, err := Minimize(f, config, func(o []kconfig.Option) (kconfig.Config, error) { calls++; return allnoconfig(o) })
	if err != nil {
		t.Fatal(err)
	}
	if got := text(minimal); got != want && want != "*" {
		t.Errorf("got %q, want %q", got, want)
	}
	if limit := 5 + 4*(len(minimal)+1)*5; calls > limit {
		t.Errorf("%d questions for %d options, want at most %d", calls, len(minimal), limit)
	}
	yields := func(o []kconfig.Option) bool {
		got, _ := allnoconfig(f.With(o))
		ok := maps.Equal(got, config)
		for _, finding := range kconfig.Check(got, f.With(o), nil) {
			ok = ok && finding.Warning
		}
		return ok
	}
	if !yields(minimal) {
		t.Errorf("%q does not make the configuration", text(minimal))
	}
	for i := range minimal {
		if without := slices.Delete(slices.Clone(minimal), i, i+1); yields(without) {
			t.Errorf("%q is as good as %q", text(without), text(minimal))
		}
	}
}

// Whatever is edited on top of whatever profile: each bit is an option, asked for or off.
func FuzzMinimize(f *testing.F) {
	f.Add(uint16(0), uint16(0xfff), uint16(0xfff))
	f.Add(uint16(0xfff), uint16(0), uint16(0xfff))
	f.Add(uint16(0x041), uint16(0xf80), uint16(0xfc0))
	f.Fuzz(func(t *testing.T, profile, edited, touched uint16) {
		var before, edit []kconfig.Option
		for i, s := range symbols {
			value := map[bool]string{true: "y", false: kconfig.Off}
			if s.name == "SIZE" {
				value[true] = "12"
			}
			if profile>>i&1 == 1 {
				before = append(before, kconfig.Option{Name: s.name, Value: value[true]})
			}
			if touched>>i&1 == 1 {
				edit = append(edit, kconfig.Option{Name: s.name, Value: value[edited>>i&1 == 1]})
			}
		}
		// A profile that does not get what it asks for is not one that builds.
		config, _ := allnoconfig(before)
		if len(kconfig.Check(config, before, nil)) > 0 {
			t.Skip()
		}
		// An option that was turned off and is selected cannot be told apart from one that was not touched.
		result, _ := allnoconfig(Fragments{Before: before}.With(edit))
		if slices.ContainsFunc(kconfig.Check(result, Fragments{Before: before}.With(edit), nil), func(f kconfig.Finding) bool { return f.Value == kconfig.Off }) {
			t.Skip()
		}
		checkMinimal(t, Fragments{Before: before}, edit, "*")
	})
}

func TestMinimizeErrors(t *testing.T) {
	on, _ := allnoconfig(parse(t, "CONFIG_USB=y"))
	_, err := Minimize(Fragments{After: parse(t, "CONFIG_USB=n")}, on, allnoconfig)
	if err == nil || !strings.Contains(err.Error(), "-CONFIG_USB=y\n") || !strings.Contains(err.Error(), "fragments that come later") ||
		!strings.Contains(err.Error(), "not lost:\nCONFIG_USB=y\n") {
		t.Errorf("a later fragment says otherwise: got error %v", err)
	}
	broken := errors.New("broken")
	for n := range 4 {
		calls := 0
		_, err := Minimize(Fragments{}, on, func(o []kconfig.Option) (kconfig.Config, error) {
			if calls++; calls > n {
				return nil, broken
			}
			return allnoconfig(o)
		})
		if !errors.Is(err, broken) && calls > n {
			t.Errorf("question %d fails: got error %v", n, err)
		}
	}
}

// Where more options do worse than fewer, the slow way is still right.
func TestMinimizeNotMonotone(t *testing.T) {
	// A makes all of it, and so do B with C; A with just one of them does not.
	config := kconfig.Config{"A": "y", "B": "y", "C": "y", "D": "y"}
	evaluate := func(options []kconfig.Option) (kconfig.Config, error) {
		got := text(options)
		switch got {
		case "A=y B=y C=y D=y", "A=y", "A=y D=y", "B=y C=y", "A=y B=y C=y", "B=y C=y D=y":
			return config, nil
		}
		return kconfig.Config{"A": "n"}, nil
	}
	minimal, err := Minimize(Fragments{}, config, evaluate)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(minimal); got != "A=y" && got != "B=y C=y" {
		t.Errorf("got %q", got)
	}
}
