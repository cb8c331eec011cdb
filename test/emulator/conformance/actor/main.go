// An actor: plays runtime or extension by the script under its file's name in scripts.json, and says on stdout what it saw.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A step does one of these things; row.ts says what each means.
type step struct {
	call
	Go     []step
	Wait   int
	Mark   string
	Until  string
	Once   string
	If     string
	Do     []step
	Loop   []step
	Exit   *int
	Kill   string
	Say    string
	Stderr bool
	Times  int
	Listen *listen
	Facts  string
	Write  string
	OnTerm []step
	Hang   bool
}

var (
	self  = os.Args[1]
	name  = filepath.Base(self)
	lock  sync.Mutex
	known = map[string]string{"name": name}
	marks string
)

func main() {
	var scripts map[string][]step
	// The one variable with the code's folder that extensions have too.
	for _, folder := range strings.Split(os.Getenv("LD_LIBRARY_PATH"), ":") {
		if text, err := os.ReadFile(filepath.Join(folder, "scripts.json")); err == nil {
			if err := json.Unmarshal(text, &scripts); err != nil {
				panic(err)
			}
			break
		}
	}
	marks = filepath.Join("/tmp", os.Getenv("SCENE"))
	os.MkdirAll(marks, 0o777)
	play(scripts[name])
}

func play(steps []step) {
	for _, s := range steps {
		take(s)
	}
}

func take(s step) {
	switch {
	case s.Call != "":
		s.call.make()
	case s.Go != nil:
		go play(s.Go)
	case s.Wait > 0:
		time.Sleep(time.Duration(s.Wait) * time.Millisecond)
	case s.Mark != "":
		mark(s.Mark)
	case s.Until != "":
		for i := 0; !marked(s.Until); i++ {
			if i > 4000 {
				report(saw{At: "until", Error: "nobody has marked " + s.Until})
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
	case s.Once != "":
		if !marked(s.Once) {
			mark(s.Once)
			play(s.Do)
		}
	case s.If != "":
		key, value, _ := strings.Cut(s.If, "=")
		if fill("{"+key+"}") == value {
			play(s.Do)
		}
	case s.Loop != nil:
		for {
			play(s.Loop)
		}
	case s.Exit != nil:
		os.Exit(*s.Exit)
	case s.Kill != "":
		syscall.Kill(os.Getpid(), map[string]syscall.Signal{"KILL": syscall.SIGKILL, "TERM": syscall.SIGTERM, "SEGV": syscall.SIGSEGV}[s.Kill])
		time.Sleep(time.Second)
	case s.Say != "":
		out := os.Stdout
		if s.Stderr {
			out = os.Stderr
		}
		fmt.Fprint(out, strings.Repeat(fill(s.Say), max(1, s.Times)))
	case s.Listen != nil:
		s.Listen.open()
	case s.Facts != "":
		reportFacts(s.Facts)
	case s.Write != "":
		err := os.WriteFile(s.Write, []byte("x"), 0o644)
		report(saw{At: "write", Error: fmt.Sprint(err)})
	case s.OnTerm != nil:
		terms := make(chan os.Signal, 1)
		signal.Notify(terms, syscall.SIGTERM)
		go func() {
			<-terms
			play(s.OnTerm)
		}()
	case s.Hang:
		select {}
	}
}

// Marks lie in /tmp, which actors share and a reset keeps.
func mark(what string)        { os.WriteFile(filepath.Join(marks, what), nil, 0o666) }
func marked(what string) bool { _, err := os.Stat(filepath.Join(marks, what)); return err == nil }

func remember(key, value string) {
	lock.Lock()
	defer lock.Unlock()
	known[key] = value
}

// fill puts what is known in the place of {id}, {identifier} and so on.
func fill(text string) string {
	lock.Lock()
	defer lock.Unlock()
	for key, value := range known {
		text = strings.ReplaceAll(text, "{"+key+"}", value)
	}
	return text
}

func reportFacts(label string) {
	variables := map[string]string{}
	for _, v := range os.Environ() {
		key, value, _ := strings.Cut(v, "=")
		// Of what else there is only the name matters.
		if len(value) > 300 {
			value = value[:300]
		}
		variables[key] = value
	}
	folder, _ := os.Getwd()
	report(saw{At: label, Facts: &facts{Variables: variables, Arguments: os.Args[1:], Folder: folder, Group: syscall.Getpgrp() == os.Getpid()}})
}
