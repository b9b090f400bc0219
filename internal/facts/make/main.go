// Command make writes the facts that the tests hold Roomkey to, from other
// people's descriptions of their own systems: routes with methods and query
// options, property names and types, cmdlets with parameters, the shape of error
// bodies. Names and types only; no sentence of an original is taken over.
//
//	go run ./internal/facts/make CONTRACTS internal/facts/testdata
//
// CONTRACTS is the folder with graph-v1.0.openapi.yaml, seatsurfing.openapi.yaml,
// exchange-cmdlets.json and entra-errors.json.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: make CONTRACTS OUT")
		os.Exit(2)
	}
	for _, f := range []struct {
		from, to string
		facts    func([]byte) ([]byte, error)
	}{
		{"graph-v1.0.openapi.yaml", "graph.json", openAPI()},
		{"seatsurfing.openapi.yaml", "seatsurfing.json", openAPI("/auth-provider/", "/location/", "/healthcheck")},
		{"exchange-cmdlets.json", "exchange.txt", cmdlets},
		{"entra-errors.json", "entra.json", errorBodies},
	} {
		if err := write(filepath.Join(os.Args[1], f.from), filepath.Join(os.Args[2], f.to), f.facts); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func write(from, to string, facts func([]byte) ([]byte, error)) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	out, err := facts(data)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(to, out, 0o644)
}

// openAPI leaves of a description what a request or an answer can be held to:
// the paths that begin as one of routes (all of them when there is none) and what
// they refer to. It stays an OpenAPI document, so that one reader takes both.
func openAPI(routes ...string) func([]byte) ([]byte, error) {
	return func(data []byte) ([]byte, error) {
		var doc struct {
			OpenAPI    string         `yaml:"openapi"`
			Paths      map[string]any `yaml:"paths"`
			Components map[string]any `yaml:"components"`
		}
		if err := yaml.Unmarshal([]byte(strings.ReplaceAll(string(data), "/schemas/microsoft.graph.", "/schemas/")), &doc); err != nil {
			return nil, err
		}
		paths, _ := strip(doc.Paths, true).(map[string]any)
		if len(routes) > 0 {
			maps.DeleteFunc(paths, func(path string, _ any) bool {
				return !slices.ContainsFunc(routes, func(r string) bool { return strings.HasPrefix(path, r) })
			})
		}
		components := map[string]any{}
		for kind, group := range doc.Components {
			kept := map[string]any{}
			for name, v := range group.(map[string]any) {
				kept[strings.TrimPrefix(name, "microsoft.graph.")] = strip(v, false)
			}
			components[kind] = kept
		}
		components["parameters"] = share(paths, components["parameters"])
		once(paths, components)
		prune(paths, components)
		out, err := json.Marshal(map[string]any{"openapi": doc.OpenAPI, "info": map[string]string{"title": "facts", "version": "1"},
			"paths": paths, "components": components})
		return append(out, '\n'), err
	}
}

// share moves the parameters that several operations have into the components.
func share(paths map[string]any, into any) map[string]any {
	shared, _ := into.(map[string]any)
	if shared == nil {
		shared = map[string]any{}
	}
	seen := map[string]int{}
	each := func(do func(list []any, i int, text string)) {
		for _, path := range paths {
			for _, operation := range path.(map[string]any) {
				fields, _ := operation.(map[string]any)
				list, _ := fields["parameters"].([]any)
				for i, p := range list {
					if p.(map[string]any)["$ref"] == nil {
						text, _ := json.Marshal(p) // it was unmarshalled just now
						do(list, i, string(text))
					}
				}
			}
		}
	}
	each(func(_ []any, _ int, text string) { seen[text]++ })
	texts := slices.Sorted(maps.Keys(seen))
	each(func(list []any, i int, text string) {
		if seen[text] > 1 {
			name := "p" + strconv.Itoa(slices.Index(texts, text))
			shared[name], list[i] = list[i], map[string]any{"$ref": "#/components/parameters/" + name}
		}
	})
	return shared
}

// once lets a body that is the same for a change as for a creation be written once.
func once(paths, components map[string]any) {
	schemas, _ := components["schemas"].(map[string]any)
	same := map[string]bool{}
	for name, v := range schemas {
		if base, ok := strings.CutSuffix(name, "-update"); ok && schemas[base+"-create"] != nil {
			update, _ := json.Marshal(v) // both were unmarshalled just now
			create, _ := json.Marshal(schemas[base+"-create"])
			same["#/components/schemas/"+name] = strings.ReplaceAll(string(update), `-update"`, `-create"`) == string(create)
		}
	}
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, _ := v["$ref"].(string); same[ref] {
				v["$ref"] = strings.TrimSuffix(ref, "-update") + "-create"
			}
			for _, w := range v {
				visit(w)
			}
		case []any:
			for _, w := range v {
				visit(w)
			}
		}
	}
	visit(paths)
	visit(components)
}

// prune drops the components that nothing refers to.
func prune(paths, components map[string]any) {
	used := referred(paths, map[string]bool{})
	for before := -1; before < len(used); {
		before = len(used)
		for ref := range maps.Clone(used) {
			kind, name, _ := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
			if group, ok := components[kind].(map[string]any); ok {
				referred(group[name], used)
			}
		}
	}
	for kind, group := range components {
		if kind == "securitySchemes" { // referred to by name alone
			continue
		}
		maps.DeleteFunc(group.(map[string]any), func(name string, _ any) bool { return !used["#/components/"+kind+"/"+name] })
	}
}

func referred(v any, into map[string]bool) map[string]bool {
	switch v := v.(type) {
	case map[string]any:
		for k, w := range v {
			if ref, ok := w.(string); ok && k == "$ref" {
				into[ref] = true
			}
			referred(w, into)
		}
	case []any:
		for _, w := range v {
			referred(w, into)
		}
	}
	return into
}

// prose are the keys of OpenAPI that hold text for people and examples.
var prose = []string{"description", "summary", "title", "tags", "operationId", "externalDocs", "example", "examples", "deprecated", "default"}

// names are the keys whose own keys are names that the author chose.
var names = []string{"properties", "paths", "schemas", "responses", "parameters", "requestBodies", "content", "headers", "securitySchemes", "patternProperties"}

// strip drops prose and vendor extensions; chosen says that the keys of v are
// names, which are never prose.
func strip(v any, chosen bool) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, w := range v {
			switch {
			case chosen:
				out[k] = strip(w, false)
			case slices.Contains(prose, k) || strings.HasPrefix(k, "x-"):
			case k == "enum":
				return ordered(v)
			default:
				out[k] = strip(w, slices.Contains(names, k))
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, w := range v {
			if alternative, ok := w.(map[string]any); ok && len(v) > 1 {
				// Agents are no one's application, user or group here.
				if ref, _ := alternative["$ref"].(string); strings.HasPrefix(ref, "#/components/schemas/agent") {
					continue
				}
			}
			out = append(out, strip(w, false))
		}
		return out
	}
	return v
}

// ordered writes the values that a sort may have, each once more with " desc",
// as a pattern, which is half as long.
func ordered(schema map[string]any) map[string]any {
	values, _ := schema["enum"].([]any)
	var up []string
	for _, v := range values {
		text, ok := v.(string)
		if !ok {
			return schema
		}
		if !strings.HasSuffix(text, " desc") {
			up = append(up, text)
		}
	}
	if len(up)*2 != len(values) {
		return schema
	}
	return map[string]any{"type": "string", "pattern": "^(" + strings.Join(up, "|") + ")( desc)?$"}
}

// nouns begin the nouns of the cmdlets that have to do with rooms, their calendars,
// their places, and with who may reach them.
var nouns = regexp.MustCompile(`^[A-Za-z]+-(Mailbox|Calendar|Place|Room|Distribution|DynamicDistribution|Group|UnifiedGroup|User$|Recipient|Management|ServicePrincipal|Application|Organization|ExchangeOnline|Connection|AddressList|GlobalAddress|Resource|Accepted|CASMailbox|MailUser|MailContact|Role|EventsFrom|AuthenticationPolicy|ClientAccess|Scheduling|Availability|EXO|Migration|IPPS)`)

// everywhere are the parameters that every cmdlet has.
var everywhere = []string{"Confirm", "WhatIf", "DomainController"}

// cmdlets writes a line for each cmdlet of Exchange Online: its name and its
// parameters.
func cmdlets(data []byte) ([]byte, error) {
	var all map[string]struct {
		Applicable string
		Params     []string
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	var out []string
	for name, c := range all {
		if strings.Contains(c.Applicable, "Exchange Online") && nouns.MatchString(name) {
			params := slices.DeleteFunc(c.Params, func(p string) bool { return slices.Contains(everywhere, p) })
			out = append(out, strings.Join(append([]string{name}, params...), " "))
		}
	}
	slices.Sort(out)
	return []byte(strings.Join(out, "\n") + "\n"), nil
}

// errorBody is the shape of an answer of Entra ID: which fields it has, its codes,
// and how the text parts the message from the ids.
type errorBody struct {
	Name      string   `json:"name"`
	Status    int      `json:"status"`
	Error     string   `json:"error"`
	Suberror  string   `json:"suberror,omitempty"`
	Codes     []int    `json:"codes"`
	Separator string   `json:"separator,omitempty"`
	Fields    []string `json:"fields"`
}

func errorBodies(data []byte) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	var out []errorBody
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var sample struct {
			Status int
			Body   json.RawMessage
		}
		var body struct {
			Error       string
			Suberror    string
			Codes       []int  `json:"error_codes"`
			Description string `json:"error_description"`
		}
		fields := map[string]any{}
		if json.Unmarshal(all[name], &sample) != nil || json.Unmarshal(sample.Body, &fields) != nil ||
			json.Unmarshal(sample.Body, &body) != nil || len(body.Codes) == 0 {
			continue // a note, or an answer of Graph
		}
		b := errorBody{Name: name, Status: sample.Status, Error: body.Error, Suberror: body.Suberror, Codes: body.Codes,
			Fields: slices.Sorted(maps.Keys(fields))}
		if before, _, ok := strings.Cut(body.Description, "Trace ID: "); ok {
			b.Separator = " "
			if strings.HasSuffix(before, "\n") {
				b.Separator = "\r\n"
			}
		}
		out = append(out, b)
	}
	text, err := json.MarshalIndent(out, "", "\t")
	return append(text, '\n'), err
}
