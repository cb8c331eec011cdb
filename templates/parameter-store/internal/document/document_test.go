package document

import (
	"strings"
	"testing"
)

func entry(path, value string) Entry {
	return Entry{Path: strings.Split(path, "/"), Value: value, Origin: "parameter /" + path}
}

func TestJSON(t *testing.T) {
	tests := map[string]struct {
		entries []Entry
		want    string
	}{
		"keys are sorted":            {[]Entry{entry("b", "2"), entry("a", "1")}, `{"a":"1","b":"2"}`},
		"paths are objects":          {[]Entry{entry("db/port", "1"), entry("db/host", "h"), entry("db-x", "y")}, `{"db":{"host":"h","port":"1"},"db-x":"y"}`},
		"texts stay texts":           {[]Entry{entry("a", "true"), entry("b", "1.0"), entry("c", `"x"`), entry("d", "null"), entry("e", "")}, `{"a":"true","b":"1.0","c":"\"x\"","d":"null","e":""}`},
		"objects and arrays are put": {[]Entry{entry("a", "\n {\"n\": 1.10e3}"), entry("b", "[1,\t2]")}, `{"a":{"n":1.10e3},"b":[1,2]}`},
		"what only looks like JSON":  {[]Entry{entry("a", "{not JSON"), entry("b", "[")}, `{"a":"{not JSON","b":"["}`},
		"nothing is escaped in vain": {[]Entry{entry("a", "<&> grüß 😀\n")}, `{"a":"<&> grüß 😀\n"}`},
		"a large number":             {[]Entry{entry("a", `{"id":12345678901234567890}`)}, `{"a":{"id":12345678901234567890}}`},
		"the same one twice":         {[]Entry{entry("a", "1"), entry("a", "1")}, `{"a":"1"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := JSON(test.entries)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want+"\n" {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestEnv(t *testing.T) {
	got, err := Env([]Entry{
		entry("db/host-name", "h"), entry("URL", "https://x/?a=b#c $HOME `x` \"q\" \\n"), entry("2nd", "it's # fine"), entry("empty", ""),
		entry("lines", "one\ntwo\n"), entry("emoji", "grüß 😀"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`DB_HOST_NAME='h'`, `EMOJI='grüß 😀'`, `EMPTY=''`, "LINES='one\ntwo\n'",
		"URL='https://x/?a=b#c $HOME `x` \"q\" \\n'", `_2ND="it's # fine"`, "",
	}, "\n")
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEnvRefusesWhatReadersTakeDifferently(t *testing.T) {
	tests := map[string]struct{ value, want string }{
		"a carriage return":       {"a\r\nb", "carriage return"},
		"a zero byte":             {"a\x00b", "zero byte"},
		"what is replaced":        {"a${HOME}b", "python-dotenv would replace"},
		"a backslash at the end":  {`C:\`, "ends in a backslash"},
		"two backslashes":         {`\\server`, "two in a row"},
		"both quotes":             {`it's "so"`, "a single quote and besides"},
		"a quote and a dollar":    {"it's $5", "a single quote and besides"},
		"a quote and a backslash": {`it\'s`, "a single quote and besides"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Env([]Entry{entry("a/b", test.value)})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "parameter /a/b cannot be written as A_B") {
				t.Fatalf("error = %v", err)
			}
			if !strings.Contains(err.Error(), "Set CONFIG_FORMAT to json") || strings.Contains(err.Error(), test.value) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func TestCollisions(t *testing.T) {
	one := Entry{Path: []string{"db"}, Value: "x", Origin: "parameter /a/db"}
	other := Entry{Path: []string{"db"}, Value: "x", Origin: "secret db"}
	below := Entry{Path: []string{"db", "host"}, Value: "x", Origin: "parameter /a/db/host"}
	flat := Entry{Path: []string{"db_host"}, Value: "x", Origin: "parameter /a/db_host"}
	tests := map[string]struct {
		make    func([]Entry) ([]byte, error)
		entries []Entry
		want    string
	}{
		"JSON":                  {JSON, []Entry{one, other}, "parameter /a/db and secret db would both be db. Give one of them another key"},
		"a value and an object": {JSON, []Entry{below, one}, "parameter /a/db cannot be a value and the object that holds parameter /a/db/host"},
		".env":                  {Env, []Entry{below, flat}, "parameter /a/db/host and parameter /a/db_host would both be DB_HOST"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := test.make(test.entries); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
	if got, err := Env([]Entry{one, below}); err != nil || string(got) != "DB='x'\nDB_HOST='x'\n" {
		t.Errorf("a value and what is below it in .env: %s, %v", got, err)
	}
}
