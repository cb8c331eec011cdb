package source

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templates/internal/awsjson"
)

// services are Parameter Store and Secrets Manager: each operation has its answers, one for each call.
type services struct {
	mu      sync.Mutex
	answers map[string][]string
	status  int
	// seen are operations with their inputs.
	seen []string
}

func (s *services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	target := r.Header.Get("X-Amz-Target")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, target+" "+string(body))
	answers := s.answers[target]
	if len(answers) == 0 {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"UnexpectedCall"}`)
		return
	}
	s.answers[target] = answers[1:]
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	_, _ = io.WriteString(w, answers[0])
}

// read reads the set from these services.
func read(t *testing.T, s *services, set Set) ([]Value, error) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	variables := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
	}
	reader := ReaderFromEnv(func(name string) string { return variables[name] })
	reader.Retry = awsjson.Retry{Attempts: 1, Timeout: time.Second}
	return reader.Read(t.Context(), set)
}

func list(text string) []Reference { return ParseList(text) }

func TestParseList(t *testing.T) {
	tests := map[string][]Reference{
		"":                      nil,
		" , ":                   nil,
		"/a/b":                  {{ID: "/a/b"}},
		" /a/b:3, c ,":          {{ID: "/a/b:3"}, {ID: "c"}},
		"main=/a/b,db/x = /a/c": {{Key: "main", ID: "/a/b"}, {Key: "db/x", ID: "/a/c"}},
		"x=odd=secret":          {{Key: "x", ID: "odd=secret"}},
	}
	for text, want := range tests {
		if got := ParseList(text); !reflect.DeepEqual(got, want) {
			t.Errorf("ParseList(%q) = %+v, want %+v", text, got, want)
		}
	}
}

func TestOneParameter(t *testing.T) {
	values := map[string]struct{ json, want string }{
		"JSON":      {`"{\"a\": [1, 2]}\n"`, "{\"a\": [1, 2]}\n"},
		"non-ASCII": {`"gr\u00fc\u00df \ud83d\ude00 日本"`, "grüß 😀 日本"},
		"HTML":      {`"<&>"`, "<&>"},
		"empty":     {`""`, ""},
	}
	for name, test := range values {
		t.Run(name, func(t *testing.T) {
			s := &services{answers: map[string][]string{"AmazonSSM.GetParameter": {`{"Parameter":{"Value":` + test.json + `}}`}}}
			got, err := read(t, s, Set{Parameters: list("/a/b")})
			if err != nil {
				t.Fatal(err)
			}
			want := []Value{{Path: []string{"b"}, Text: test.want, Origin: "parameter /a/b"}}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("values = %+v, want %+v", got, want)
			}
			if want := `AmazonSSM.GetParameter {"Name":"/a/b","WithDecryption":true}`; len(s.seen) != 1 || s.seen[0] != want {
				t.Errorf("asked %v, want %s", s.seen, want)
			}
		})
	}
}

func TestSeveralParametersAreReadInTens(t *testing.T) {
	var names []string
	answer := func(from, to int) string {
		var parameters []map[string]string
		for i := to; i >= from; i-- { // in any order
			parameters = append(parameters, map[string]string{"Name": fmt.Sprintf("/n/%d", i), "Value": fmt.Sprint("v", i)})
		}
		text, _ := json.Marshal(map[string]any{"Parameters": parameters})
		return string(text)
	}
	for i := 1; i <= 12; i++ {
		names = append(names, fmt.Sprintf("/n/%d", i))
	}
	s := &services{answers: map[string][]string{"AmazonSSM.GetParameters": {answer(1, 10), answer(11, 12)}}}
	got, err := read(t, s, Set{Parameters: list(strings.Join(names, ","))})
	if err != nil {
		t.Fatal(err)
	}
	for i, value := range got {
		want := Value{Path: []string{fmt.Sprint(i + 1)}, Text: fmt.Sprint("v", i+1), Origin: "parameter " + names[i]}
		if !reflect.DeepEqual(value, want) {
			t.Errorf("value %d = %+v, want %+v", i, value, want)
		}
	}
	if len(got) != 12 || len(s.seen) != 2 || s.seen[1] != `AmazonSSM.GetParameters {"Names":["/n/11","/n/12"],"WithDecryption":true}` {
		t.Errorf("%d values, asked %v", len(got), s.seen)
	}
}

func TestEveryFormOfANameIsFoundAgain(t *testing.T) {
	const arn = "arn:aws:ssm:eu-central-1:123456789012:parameter"
	s := &services{answers: map[string][]string{"AmazonSSM.GetParameters": {`{"Parameters":[
		{"Name":"/a/b","ARN":"` + arn + `/a/b","Version":3,"Value":"newest"},
		{"Name":"/a/b","ARN":"` + arn + `/a/b","Selector":":1","Version":1,"Value":"first"},
		{"Name":"/a/c","ARN":"` + arn + `/a/c","Version":2,"Value":"second, told by its version alone"},
		{"Name":"short","ARN":"` + arn + `/short","Selector":":live","Value":"by ARN and label"},
		{"Name":"/aws/reference/secretsmanager/prod/db","Value":"secret"}]}`}}}
	got, err := read(t, s, Set{Parameters: list("/a/b,again=/a/b,old=/a/b:1,second=/a/c:2," + arn + "/short:live,/aws/reference/secretsmanager/prod/db")})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, value := range got {
		texts[strings.Join(value.Path, "/")] = value.Text
	}
	want := map[string]string{"b": "newest", "again": "newest", "old": "first", "second": "second, told by its version alone", "short": "by ARN and label", "db": "secret"}
	if !reflect.DeepEqual(texts, want) {
		t.Errorf("values = %v, want %v", texts, want)
	}
	if strings.Count(s.seen[0], `"/a/b"`) != 1 {
		t.Errorf("asked twice: %s", s.seen[0])
	}
}

func TestAllBelowAPath(t *testing.T) {
	pages := []string{
		`{"Parameters":[{"Name":"/o/p/url","Value":"u"},{"Name":"/o/p/db/host","Value":"h"}],"NextToken":"more"}`,
		`{"Parameters":[],"NextToken":"still more"}`, // AWS does that
		`{"Parameters":[{"Name":"/o/p/db/port","Value":"5432"}]}`,
	}
	tests := map[string]struct {
		path string
		want [][]string
	}{
		"relative to it": {"/o/p", [][]string{{"url"}, {"db", "host"}, {"db", "port"}}},
		"with a slash":   {"/o/p/", [][]string{{"url"}, {"db", "host"}, {"db", "port"}}},
		"below a key":    {"shop=/o/p", [][]string{{"shop", "url"}, {"shop", "db", "host"}, {"shop", "db", "port"}}},
		"everything":     {"/", [][]string{{"o", "p", "url"}, {"o", "p", "db", "host"}, {"o", "p", "db", "port"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &services{answers: map[string][]string{"AmazonSSM.GetParametersByPath": pages}}
			values, err := read(t, s, Set{Paths: list(test.path)})
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			for _, value := range values {
				got = append(got, value.Path)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("paths = %v, want %v", got, test.want)
			}
			if last := s.seen[len(s.seen)-1]; !strings.Contains(last, `"Recursive":true,"WithDecryption":true,"NextToken":"still more"`) {
				t.Errorf("the last page was asked for with %s", last)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	s := &services{answers: map[string][]string{
		"secretsmanager.GetSecretValue": {
			`{"Name":"prod/db","SecretString":"{\"user\":\"me\"}"}`,
			`{"Name":"key","SecretBinary":"AAH/"}`,
		},
		"AmazonSSM.GetParameter": {`{"Parameter":{"Value":"v"}}`},
	}}
	got, err := read(t, s, Set{
		Parameters: list("/a"),
		Secrets:    list("arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf,key"),
	})
	if err != nil {
		t.Fatal(err)
	}
	byKey := map[string]Value{}
	for _, value := range got {
		byKey[value.Path[0]] = value
	}
	if byKey["a"].Text != "v" || byKey["db"].Text != `{"user":"me"}` || byKey["db"].Binary {
		t.Errorf("values = %+v", got)
	}
	if byKey["key"].Text != "\x00\x01\xff" || !byKey["key"].Binary {
		t.Errorf("the binary secret = %+v", byKey["key"])
	}
	want := `secretsmanager.GetSecretValue {"SecretId":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf"}`
	if !strings.Contains(strings.Join(s.seen, "\n"), want) {
		t.Errorf("asked %v", s.seen)
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	one, several := Set{Parameters: list("/a/b")}, Set{Parameters: list("/a/b,/a/c")}
	path, secret := Set{Paths: list("/a")}, Set{Secrets: list("s")}
	denied := func(words string) string { return `{"__type":"AccessDeniedException","Message":"` + words + `"}` }
	tests := map[string]struct {
		set               Set
		operation, answer string
		want              string
	}{
		"no such parameter": {one, "AmazonSSM.GetParameter", `{"__type":"ParameterNotFound"}`,
			"Create the parameter in eu-central-1, or correct PARAMETER_NAME"},
		"no such version": {one, "AmazonSSM.GetParameter", `{"__type":"ParameterVersionNotFound"}`,
			"Correct what follows the colon in PARAMETER_NAME"},
		"one is not allowed": {one, "AmazonSSM.GetParameter", denied("is not authorized to perform: ssm:GetParameter on resource: x"),
			"Allow the function's role ssm:GetParameter on the parameter"},
		"its key is not allowed": {one, "AmazonSSM.GetParameter", denied("is not authorized to perform: kms:Decrypt on resource: x"),
			"Allow the function's role kms:Decrypt on the parameter's key"},
		"the secret behind it is not allowed": {one, "AmazonSSM.GetParameter", denied("not authorized to perform: secretsmanager:GetSecretValue"),
			"Allow the function's role secretsmanager:GetSecretValue on the secret"},
		"several are not allowed": {several, "AmazonSSM.GetParameters", denied("x"),
			"Allow the function's role ssm:GetParameters on the parameters"},
		"a path is not allowed": {path, "AmazonSSM.GetParametersByPath", denied("x"),
			"Allow the function's role ssm:GetParametersByPath on the path"},
		"no such secret": {secret, "secretsmanager.GetSecretValue", `{"__type":"ResourceNotFoundException","Message":"no"}`,
			"Create the secret in eu-central-1, or correct SECRET_ID"},
		"a secret is not allowed": {secret, "secretsmanager.GetSecretValue", denied("x"),
			"Allow the function's role secretsmanager:GetSecretValue on the secret"},
		"anything else": {one, "AmazonSSM.GetParameter", `{"__type":"ExpiredTokenException","message":"expired"}`,
			"ExpiredTokenException: expired (HTTP status 400)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &services{answers: map[string][]string{test.operation: {test.answer}}, status: http.StatusBadRequest}
			_, err := read(t, s, test.set)
			if err == nil || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("error = %v, want …%s", err, test.want)
			}
		})
	}
}

func TestAnswersThatHoldTooLittle(t *testing.T) {
	tests := map[string]struct {
		set               Set
		operation, answer string
		want              string
	}{
		"no value":               {Set{Parameters: list("/a")}, "AmazonSSM.GetParameter", `{"Parameter":{}}`, "the answer holds no value"},
		"one of several missing": {Set{Parameters: list("/a,/b")}, "AmazonSSM.GetParameters", `{"Parameters":[{"Name":"/a","Value":"x"}]}`, "no value of /b"},
		"some do not exist": {Set{Parameters: list("/a,/b,/c")}, "AmazonSSM.GetParameters", `{"InvalidParameters":["/a","/b"]}`,
			"there is no /a and no /b. Create it in eu-central-1, or correct PARAMETER_NAME"},
		"nothing below the path": {Set{Paths: list("/a")}, "AmazonSSM.GetParametersByPath", `{"Parameters":[]}`,
			"there is no parameter below /a. Create one in eu-central-1, or correct PARAMETER_PATH"},
		"not below the path": {Set{Paths: list("/a")}, "AmazonSSM.GetParametersByPath", `{"Parameters":[{"Name":"/b/c","Value":"x"}]}`, "is not below /a"},
		"the path itself":    {Set{Paths: list("/a")}, "AmazonSSM.GetParametersByPath", `{"Parameters":[{"Name":"/a/","Value":"x"}]}`, "is not below /a"},
		"pages without end": {Set{Paths: list("/a")}, "AmazonSSM.GetParametersByPath", `{"Parameters":[{"Name":"/a/b","Value":"x"}],"NextToken":"t"}`,
			"leads to itself"},
		"no path":         {Set{Paths: list("a/b")}, "AmazonSSM.GetParametersByPath", `{}`, `PARAMETER_PATH is "a/b". Set it to a path`},
		"an empty secret": {Set{Secrets: list("s")}, "secretsmanager.GetSecretValue", `{"Name":"s"}`, "the answer holds no value of s"},
		"HTML":            {Set{Secrets: list("s")}, "secretsmanager.GetSecretValue", `<html>`, "not its JSON"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			values, err := read(t, &services{answers: map[string][]string{test.operation: {test.answer, test.answer}}}, test.set)
			if err == nil || !strings.Contains(err.Error(), test.want) || values != nil {
				t.Errorf("error = %v, want …%s", err, test.want)
			}
		})
	}
}

func TestTheFirstFailureEndsTheOther(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AmazonSSM") {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"ParameterNotFound"}`)
			return
		}
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done() // Secrets Manager never answers.
	}))
	t.Cleanup(server.Close)
	variables := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
	}
	reader := ReaderFromEnv(func(name string) string { return variables[name] })
	reader.Retry = awsjson.Retry{Attempts: 1, Timeout: time.Minute}
	started := time.Now()
	_, err := reader.Read(t.Context(), Set{Parameters: list("/a"), Secrets: list("s")})
	if err == nil || !strings.Contains(err.Error(), "ParameterNotFound") || time.Since(started) > 10*time.Second {
		t.Errorf("error = %v after %v", err, time.Since(started))
	}
}
