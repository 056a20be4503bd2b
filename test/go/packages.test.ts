// Names of symbols, beside what the go command knows of the program: every symbol of several real programs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { packageOf, packageResolver } from "../../components/goBinary/packages";
import type { BuildInfo } from "../../components/goBinary/buildInfo";
import { needsGo } from "../support/go";
import { makeTree } from "../support/module";

const programs: Record<string, Record<string, string>> = {
  "with methods of embedded types": {
    "go.mod": `module example.com/shop

go 1.21

require (
	github.example/x/y v1.0.0
	github.example/dotted.go v1.0.0
)

replace github.example/x/y => ./y

replace github.example/dotted.go => ./dotted
`,
    "y/go.mod": "module github.example/x/y\n\ngo 1.21\n",
    "y/grpc/grpc.go": `package grpc

type Base struct{ n int }

func (b *Base) mustEmbed()  { b.n++ }
func (b Base) Value() int   { return b.n }
func (b *Base) Run() func() { return func() { b.mustEmbed() } }

type Embedder interface{ mustEmbed() }
type Runner interface {
	Embedder
	Value() int
	Run() func()
}
`,
    "dotted/go.mod": "module github.example/dotted.go\n\ngo 1.21\n",
    "dotted/dotted.go": `package dotted

type Set[K comparable, V any] struct{ items map[K]V }

func (s *Set[K, V]) Put(k K, v V) { if s.items == nil { s.items = map[K]V{} }; s.items[k] = v }
func (s *Set[K, V]) Each(f func(K, V)) { for k, v := range s.items { f(k, v) } }

type Key struct { A, B string; C [3]float64 }
`,
    "internal/v1.2/api/api.go": `package api

import "github.example/x/y/grpc"

type Server struct{ *grpc.Base; Name string \`json:"a.b/c"\` }

func New() *Server { return &Server{Base: &grpc.Base{}} }
`,
    "main.go": `package main

import (
	"fmt"
	"net/http"
	"os"
	"sort"

	"example.com/shop/internal/v1.2/api"
	"github.example/dotted.go"
	"github.example/x/y/grpc"
)

type server struct{ grpc.Base; http.Handler }
type pointer struct{ *grpc.Base }
type pair[T any] struct{ one, other T }

func (p pair[T]) swap() pair[T] { return pair[T]{p.other, p.one} }

var table = map[dotted.Key]func() error{}

func init() { table[dotted.Key{A: "x"}] = func() error { return os.ErrNotExist } }
func init() { table[dotted.Key{B: "y"}] = func() error { return fmt.Errorf("no %d", len(os.Args)) } }

func main() {
	defer func() { if r := recover(); r != nil { fmt.Println(r) } }()
	for _, r := range []grpc.Runner{&server{}, pointer{&grpc.Base{}}, api.New()} {
		go r.Run()()
		defer r.Run()()
		fmt.Println(r.Value(), r)
	}
	set := &dotted.Set[dotted.Key, pair[map[string]*server]]{}
	set.Put(dotted.Key{}, pair[map[string]*server]{}.swap())
	set.Each(func(k dotted.Key, v pair[map[string]*server]) { fmt.Println(k, v, table[k]) })
	words := []string{"b", "a"}
	sort.Slice(words, func(i, j int) bool { return words[i] < words[j] })
	http.Handle("/", http.StripPrefix("/", &server{}))
	fmt.Println(http.ListenAndServe("127.0.0.1:0", nil), words, interface{ Value() int }(&server{}) != nil)
}
`,
  },
  "with much of the standard library": {
    "go.mod": "module tools\n\ngo 1.21\n",
    "main.go": `package main

import (
	"crypto/tls"
	"encoding/json"
	"encoding/xml"
	"go/types"
	"html/template"
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"text/tabwriter"
)

func main() {
	slog.Info("x", "a", tls.Config{}, "b", types.Universe, "c", regexp.MustCompile("a"))
	_ = json.NewEncoder(os.Stdout).Encode(reflect.TypeOf(xml.Header).String())
	_ = template.Must(template.New("a").Parse("{{.}}")).Execute(tabwriter.NewWriter(os.Stdout, 1, 1, 1, ' ', 0), os.Args)
}
`,
  },
};

describe("packages of symbols, compared with the go command", function () {
  this.timeout(300_000);
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod", GOPROXY: "off", GOSUMDB: "off" };

  before(function () {
    needsGo(this);
  });

  for (const [what, files] of Object.entries(programs)) {
    it(`are right for every symbol of a program ${what}`, () => {
      const root = makeTree(files);
      const program = path.join(root, "program");
      const go = (...words: string[]) =>
        execFileSync("go", words, {
          cwd: root,
          env,
          encoding: "utf8",
          maxBuffer: 2 ** 28,
          stdio: ["ignore", "pipe", "inherit"],
        });
      go("build", "-o", program, ".");
      // The runtime has functions under the names of packages that a program need not import.
      const packages = new Set([...go("list", "-deps", ".", "std").trim().split("\n"), "main"]);
      const modules = go("list", "-m", "-f", "{{.Path}} {{.Version}}", "all")
        .trim()
        .split("\n")
        .map((line) => line.split(" "));
      const info: BuildInfo = {
        goVersion: "go1.26",
        mainPackage: modules[0]?.[0] ?? "",
        main: { path: modules[0]?.[0] ?? "", version: "(devel)" },
        dependencies: modules
          .slice(1)
          .map(([modulePath = "", version = ""]) => ({ path: modulePath, version })),
      };
      const symbols = go("tool", "nm", program)
        .trim()
        .split("\n")
        .map((line) => /^ *[0-9a-f]* +\w (.*)$/.exec(line)?.[1] ?? "");
      assert.ok(symbols.length > 2_000);
      const read = symbols.map(packageOf);
      const resolve = packageResolver(new Set(read.filter((name) => name !== undefined)), info);
      const wrong = symbols.flatMap((symbol, n) => {
        const found = read[n] === undefined ? undefined : resolve(read[n]);
        return found === undefined || packages.has(found) ? [] : [`${symbol} -> ${found}`];
      });
      assert.deepEqual(wrong, []);
      const known = read.filter((name) => name !== undefined).length;
      assert.ok(known > symbols.length * 0.5, `${known} of ${symbols.length} symbols tell their package`);
    });
  }
});
