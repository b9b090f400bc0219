package main

import (
	"errors"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/roomkey/roomkey/core/words"
)

// The libraries' complaints that have no type of their own.
var (
	notACommand = regexp.MustCompile(`(?s)^unknown command "(.*?)" for "(.*?)"(?:.*Did you mean this\?\s+(\S+))?`)
	wrongCount  = regexp.MustCompile(`^accepts (\d+) arg\(s\), received (\d+)$`)
	tooFew      = regexp.MustCompile(`^requires at least (\d+) arg\(s\), only received \d+$`)
	onlyOneOf   = regexp.MustCompile(`^if any flags in the group \[(.*)\] are set none of the others can be`)
)

// complaint is what is wrong with the command line, as the person reads it; false
// for any other error.
func complaint(err error) (words.Text, bool) {
	var m mistake
	var unknown *pflag.NotExistError
	var lacks *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	var unread *fs.PathError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &m):
		return words.Text(m), true
	case errors.As(err, &unknown):
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			return words.T("There is no flag -%s.", unknown.GetSpecifiedName()), true
		}
		return words.T("There is no flag --%s.", unknown.GetSpecifiedName()), true
	case errors.As(err, &lacks):
		return words.T("--%s needs a value.", lacks.GetFlag().Name), true
	case errors.As(err, &invalid) && errors.As(err, &unread):
		return words.T("The file %q of --%s cannot be read: %s.", unread.Path, invalid.GetFlag().Name, words.Plain(unread.Err.Error())), true
	case errors.As(err, &invalid):
		return words.T("%q is not a valid value for --%s.", invalid.GetValue(), invalid.GetFlag().Name), true
	case errors.As(err, &syntax):
		return words.T("%s is not a valid flag. Write --name or --name=value.", syntax.GetSpecifiedFlag()), true
	}
	said := err.Error()
	if m := notACommand.FindStringSubmatch(said); m != nil {
		if m[3] != "" {
			return words.T("%s has no command or argument %q. Did you mean %s?", m[2], m[1], m[3]), true
		}
		return words.T("%s has no command or argument %q.", m[2], m[1]), true
	}
	if m := wrongCount.FindStringSubmatch(said); m != nil {
		n, _ := strconv.Atoi(m[1]) // digits
		return words.N(n, "This command needs %d argument, not %s.", "This command needs %d arguments, not %s.", n, m[2]), true
	}
	if m := tooFew.FindStringSubmatch(said); m != nil {
		n, _ := strconv.Atoi(m[1])
		return words.N(n, "This command needs at least %d argument.", "This command needs at least %d arguments.", n), true
	}
	if m := onlyOneOf.FindStringSubmatch(said); m != nil {
		return words.T("Use only one of these: %s.", "--"+strings.ReplaceAll(m[1], " ", ", --")), true
	}
	return words.Text{}, false
}
