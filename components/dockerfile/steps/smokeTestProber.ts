// The smoke test's prober: source text of a small Go program, compiled and run inside the build. It knows only package
// net, since net/http takes several times as long to compile, and nothing newer than Go 1.16.

const packages = ["bufio", "flag", "fmt", "net", "os", "os/exec", "strings", "syscall", "time"];

interface Additions {
  packages: readonly string[];
  flags: string;
  /** What is done about an error when the program is started. */
  atStart: string;
}

const source = (
  more: Additions,
) => `// Runs a program and checks that it works: that it ends with exit code 0, or with a port, that it answers.
package main

import (
${[...packages, ...more.packages]
  .sort()
  .map((name) => `\t"${name}"\n`)
  .join("")})

var (
	timeout = flag.Duration("timeout", 30*time.Second, "")
	port    = flag.Int("port", 0, "")
	path    = flag.String("path", "/", "")
	status  = flag.String("status", "200", "")
${more.flags})

func main() {
	flag.Parse()
	program := exec.Command(flag.Arg(0), flag.Args()[1:]...)
	// One pipe for both, and for what is said here, keeps their order.
	program.Stdout, program.Stderr = os.Stdout, os.Stdout
	if err := program.Start(); err != nil {
${more.atStart}		fail("the program does not start: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	deadline := time.Now().Add(*timeout)
	if *port == 0 {
		select {
		case err := <-ended:
			if err != nil {
				fail("the program ended with %v", err)
			}
		case <-time.After(*timeout):
			stop(program, syscall.SIGQUIT, ended)
			fail("the program still ran after %v; one that keeps running is tested with smokeTest.http", *timeout)
		}
		return
	}
	for last := ""; ; {
		select {
		case err := <-ended:
			fail("the program ended before it gave the expected answer: %v", result(err))
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			stop(program, syscall.SIGQUIT, ended)
			fail("no answer with status %s to GET 127.0.0.1:%d%s within %v, at last: %s",
				*status, *port, *path, *timeout, last)
		}
		answer, err := ask(deadline)
		if err != nil {
			// What the end of the time cut off says less than an answer that came before.
			cut, isNet := err.(net.Error)
			answered := strings.HasPrefix(last, "status ")
			dial, isDial := err.(*net.OpError)
			dialing := isDial && dial.Op == "dial"
			if last == "" || !isNet || !cut.Timeout() || !answered && !dialing {
				last = err.Error()
			}
		} else if last = "status " + answer; answer == *status {
			stop(program, syscall.SIGTERM, ended)
			return
		}
	}
}

// ask gives the status of the answer.
func ask(deadline time.Time) (string, error) {
	address := fmt.Sprintf("127.0.0.1:%d", *port)
	connection, err := net.DialTimeout("tcp", address, time.Until(deadline))
	if err != nil {
		return "", err
	}
	defer connection.Close()
	connection.SetDeadline(deadline)
	headers := "Host: %s\\r\\nUser-Agent: goimage\\r\\nConnection: close\\r\\n\\r\\n"
	fmt.Fprintf(connection, "GET %s HTTP/1.1\\r\\n"+headers, *path, address)
	line, err := bufio.NewReader(connection).ReadString('\\n')
	if err != nil {
		return "", err
	}
	words := strings.Fields(line)
	if len(words) < 2 || !strings.HasPrefix(words[0], "HTTP/") {
		return "", fmt.Errorf("%.60q is not http", line)
	}
	return words[1], nil
}

// stop asks the program to end, which with SIGQUIT shows where a Go program hangs, and does not wait for long.
func stop(program *exec.Cmd, signal os.Signal, ended chan error) {
	program.Process.Signal(signal)
	select {
	case <-ended:
	case <-time.After(3 * time.Second):
		program.Process.Kill()
		<-ended
	}
}

func result(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

func fail(format string, values ...interface{}) {
	fmt.Printf("smoke test failed: "+format+"\\n", values...)
	os.Exit(1)
}
`;

export const prober = source({ packages: [], flags: "", atStart: "" });

/** For an image of several platforms: passes those that the builder cannot run, unless that is all of them. */
export const proberOfSeveral = source({
  packages: ["errors", "runtime"],
  flags: `	targets = flag.String("architectures", "", "")\n`,
  atStart: `		if errors.Is(err, syscall.ENOEXEC) {
			if strings.Contains(","+*targets+",", ","+runtime.GOARCH+",") {
				fmt.Println("not run: this builder is for linux/" + runtime.GOARCH)
				return
			}
			fail("this builder, for linux/%s, cannot run programs of the platforms %s", runtime.GOARCH, *targets)
		}
`,
});
