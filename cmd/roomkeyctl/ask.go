package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// yes asks a person; without a terminal the answer is no.
func (t *terminal) yes(ctx context.Context, question words.Text) (bool, error) {
	answer, err := t.line(ctx, problem.Clean(say(question))+" [y/N] ")
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), err
}

// typed asks for a line; without a terminal it is empty.
func (t *terminal) typed(ctx context.Context, question words.Text) (string, error) {
	return t.line(ctx, problem.Clean(say(question))+": ")
}

func (t *terminal) line(ctx context.Context, question string) (string, error) {
	if !term.IsTerminal(int(t.in.Fd())) {
		return "", nil
	}
	fmt.Fprint(t.err, question)
	line, err := unless(ctx, func() (string, error) {
		line, _ := bufio.NewReader(t.in).ReadString('\n') // an end in place of an answer is none
		return strings.TrimSpace(line), nil
	})
	if err != nil {
		fmt.Fprintln(t.err)
	}
	return line, err
}

// maxSecret bounds what is read as a secret; a certificate with its chain is a
// few kilobytes.
const maxSecret = 1 << 20

// secret reads a secret: from a pipe or file whole, from a terminal without
// echo.
func (t *terminal) secret(ctx context.Context, prompt words.Key) (vault.Secret, error) {
	if fd := int(t.in.Fd()); term.IsTerminal(fd) {
		before, err := term.GetState(fd)
		if err != nil {
			return vault.Secret{}, err
		}
		fmt.Fprint(t.err, l(prompt)+": ")
		b, err := unless(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
		fmt.Fprintln(t.err)
		if ctx.Err() != nil {
			_ = term.Restore(fd, before) // the echo, which the read left behind would have brought back
		}
		return vault.NewSecret(string(b)), err
	}
	b, err := unless(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(t.in, maxSecret+1)) })
	if err != nil {
		return vault.Secret{}, err
	}
	if len(b) > maxSecret {
		return vault.Secret{}, problem.New(codeUsageSecretTooLong, words.T("The text on standard input is too long for a secret."))
	}
	return vault.NewSecret(string(b)), nil
}

// given is whether there is something on standard input for a command that does
// not read it. A pipe can be open without anything ever coming, as in a scheduler.
func (t *terminal) given(ctx context.Context) bool {
	info, err := t.in.Stat()
	switch {
	case err != nil:
		return false
	case info.Mode().IsRegular():
		return info.Size() > 0
	case info.Mode()&os.ModeNamedPipe == 0:
		return false
	}
	soon, cancel := context.WithTimeout(ctx, time.Second/2)
	defer cancel()
	n, err := unless(soon, func() (int, error) { return t.in.Read(make([]byte, 1)) })
	return err == nil && n > 0
}

// read reads a file, or standard input for "-".
func (t *terminal) read(ctx context.Context, name string) ([]byte, error) {
	if name != "-" {
		data, err := file.Read(name, file.MaxBytes)
		if err != nil {
			return nil, problem.New(codeUsageFile, words.T("%s cannot be read.", name)).With(words.Plain(err.Error())).By(err)
		}
		return data, nil
	}
	data, err := unless(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(t.in, file.MaxBytes+1)) })
	if err == nil && len(data) > file.MaxBytes {
		err = problem.New(codeUsageFile, words.T("%s is larger than 32 MiB, so it is not a Roomkey file.", name))
	}
	return data, err
}

// unless gives what read brings, or the cancel: a terminal or a pipe that is
// read knows nothing of contexts. Such a read stays behind; the program ends.
func unless[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	got := make(chan answer, 1)
	go func() {
		value, err := read()
		got <- answer{value, err}
	}()
	select {
	case a := <-got:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
