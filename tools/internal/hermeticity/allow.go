// SPDX-License-Identifier: Apache-2.0

package hermeticity

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Heading is the heading of the section with the table of allowed host paths.
const Heading = "## Known violations"

var columns = []string{"id", "mnemonic", "where", "pattern", "why"}

// Rule is one row of the table: a host path that is known and accepted.
//
//	| id | mnemonic | where | pattern | why |
//	|---|---|---|---|---|
//	| genrule-shell | Genrule | argument | `/bin/bash` | genrules of other rule sets run in bash |
//	| strict-path | * | environment | `PATH=[a-z:/]+` | optional: only older rule sets set it |
//
// The mnemonic is that of the action, or * for any. Where is "argument" or "environment". The pattern is a Go regular
// expression for a whole word, of the environment NAME=word; "\|" in it stands for "|", as everywhere in a table. A row
// whose why begins with "optional:" may match nothing.
type Rule struct {
	ID, Mnemonic, Where string
	Pattern             *regexp.Regexp
	Why                 string
	Optional            bool
	File                string
	Line                int
}

// ParseAllowed reads the table under Heading of a Markdown file. A section without a table allows nothing. The error
// holds a line for each bad row.
func ParseAllowed(file, text string) ([]Rule, error) {
	var rules []Rule
	var errs []error
	const before, header, rows, after = 0, 1, 2, 3
	section, fenced, state := false, false, before
	seen := map[string]int{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		if strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ") {
			if line == Heading && seen[Heading] != 0 {
				errs = append(errs, fmt.Errorf("%s:%d: a second heading %q, the first is on line %d", file, i+1, Heading, seen[Heading]))
			}
			if section = line == Heading; section {
				seen[Heading], state = i+1, before
			}
			continue
		}
		if !section {
			continue
		}
		if !strings.HasPrefix(line, "|") {
			if state != before {
				state = after
			}
			continue
		}
		cells, err := splitRow(line)
		switch {
		case err != nil:
		case state == before:
			if state = header; !slices.Equal(cells, columns) {
				err = fmt.Errorf("expected the columns | %s |, found | %s |", strings.Join(columns, " | "), strings.Join(cells, " | "))
			}
		case state == header:
			state = rows
			for _, c := range cells {
				if strings.Trim(c, ":-") != "" || c == "" {
					err = fmt.Errorf("expected |---| below the names of the columns, found %q", c)
				}
			}
		case state == rows:
			var r Rule
			if r, err = parseRow(cells); err != nil {
				break
			}
			r.File, r.Line = file, i+1
			if first := seen["id "+r.ID]; first != 0 {
				err = fmt.Errorf("the id %q is that of line %d, too", r.ID, first)
				break
			}
			seen["id "+r.ID] = r.Line
			rules = append(rules, r)
		default:
			err = fmt.Errorf("a second table under %q: keep one", Heading)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", file, i+1, err))
		}
	}
	if seen[Heading] == 0 {
		errs = append(errs, fmt.Errorf("%s: the heading %q is missing", file, Heading))
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return rules, nil
}

// splitRow returns the trimmed cells of a table row.
func splitRow(line string) ([]string, error) {
	var cells []string
	var cell strings.Builder
	rest := strings.TrimPrefix(line, "|")
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest) && rest[i+1] == '|':
			cell.WriteByte('|')
			i++
		case rest[i] == '|':
			cells = append(cells, strings.TrimSpace(cell.String()))
			cell.Reset()
		default:
			cell.WriteByte(rest[i])
		}
	}
	if cell.Len() > 0 {
		return nil, errors.New(`a row has to end in "|"`)
	}
	return cells, nil
}

var (
	idShape       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	mnemonicShape = regexp.MustCompile(`^(\*|[A-Za-z0-9_]+)$`)
	patternShape  = regexp.MustCompile("^`([^`]+)`$")
)

func parseRow(cells []string) (Rule, error) {
	if len(cells) != len(columns) {
		return Rule{}, fmt.Errorf(`expected %d cells, found %d (a "|" inside a cell is written "\|")`, len(columns), len(cells))
	}
	r := Rule{ID: cells[0], Mnemonic: cells[1], Where: cells[2], Why: cells[4]}
	if !idShape.MatchString(r.ID) {
		return Rule{}, fmt.Errorf("the id %q: expected words of small letters and digits with hyphens between", r.ID)
	}
	if !mnemonicShape.MatchString(r.Mnemonic) {
		return Rule{}, fmt.Errorf("row %s: the mnemonic %q: expected that of an action, or *", r.ID, r.Mnemonic)
	}
	if r.Where != "argument" && r.Where != "environment" {
		return Rule{}, fmt.Errorf("row %s: where is %q: expected argument or environment", r.ID, r.Where)
	}
	pattern := patternShape.FindStringSubmatch(cells[3])
	if pattern == nil {
		return Rule{}, fmt.Errorf("row %s: the pattern %q: expected a regular expression in backticks", r.ID, cells[3])
	}
	// Compiled alone first, so that it cannot close the group around it.
	_, err := regexp.Compile(pattern[1])
	if err == nil {
		r.Pattern, err = regexp.Compile("^(?:" + pattern[1] + ")$")
	}
	if err != nil {
		return Rule{}, fmt.Errorf("row %s: the pattern: %w", r.ID, err)
	}
	why := r.Why
	why, r.Optional = strings.CutPrefix(why, "optional:")
	if strings.TrimSpace(why) == "" {
		return Rule{}, fmt.Errorf("row %s: say why", r.ID)
	}
	return r, nil
}
