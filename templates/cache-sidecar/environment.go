package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/templates/cache-sidecar/internal/cache"
	"example.com/templates/internal/awsjson"
)

// environment reads variables and remembers the first one that makes no sense. Values that may hold a secret are not in its errors.
type environment struct {
	getenv func(string) string
	err    error
}

func (e *environment) fail(format string, values ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, values...)
	}
}

func (e *environment) text(name, usual string) string {
	if value := e.getenv(name); value != "" {
		return value
	}
	return usual
}

func (e *environment) required(name, what string) string {
	value := e.getenv(name)
	if value == "" {
		e.fail("%s is not set. Set it to %s", name, what)
	}
	return value
}

// choice is one of some words, the first of them where there is none.
func (e *environment) choice(name string, words ...string) string {
	value := e.text(name, words[0])
	for _, word := range words {
		if value == word {
			return word
		}
	}
	last := len(words) - 1
	e.fail("%s is %q. Set it to %s or %s", name, value, strings.Join(words[:last], ", "), words[last])
	return words[0]
}

func (e *environment) number(name string, usual, most int) int {
	text := e.getenv(name)
	if text == "" {
		return usual
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 || value > most {
		e.fail("%s is %q. Set it to a whole number between 1 and %d", name, text, most)
		return usual
	}
	return value
}

// duration is written as Go does, like 1m30s, or as a number of seconds.
func (e *environment) duration(name string, usual, least time.Duration) time.Duration {
	text := e.getenv(name)
	if text == "" {
		return usual
	}
	value, err := time.ParseDuration(text)
	if _, failed := strconv.ParseFloat(text, 64); failed == nil {
		value, err = time.ParseDuration(text + "s")
	}
	if err != nil || value < least {
		e.fail("%s is %q. Set it to seconds, or to a duration like 500ms or 5m, of at least %s", name, text, least)
		return usual
	}
	return value
}

func (e *environment) httpURL(name, example string) *url.URL {
	text := e.required(name, "a URL like "+example)
	parsed, err := url.Parse(text)
	if text == "" || err == nil && parsed.Host != "" && (parsed.Scheme == "https" || parsed.Scheme == "http") {
		return parsed
	}
	e.fail("%s is no URL of HTTP. Set it to one like %s", name, example)
	return nil
}

func (e *environment) redisURL(name string) *url.URL {
	const example = "rediss://user:password@my-cache.example.com:6379/0"
	text := e.required(name, "a URL like "+example)
	if text == "" {
		return nil
	}
	parsed, err := url.Parse(text)
	if err == nil {
		err = cache.CheckRedisURL(parsed)
	} else {
		// It quotes the URL, password included.
		err = errors.New("it is no URL")
	}
	if err != nil {
		e.fail("%s: %w. Set it to one like %s", name, err, example)
	}
	return parsed
}

// momentoToken is where the token comes from: a variable, or a secret.
func (e *environment) momentoToken() cache.Token {
	key, secret := e.getenv("MOMENTO_API_KEY"), e.getenv("MOMENTO_SECRET_ID")
	switch {
	case key != "":
		return cache.FixedToken(key)
	case secret != "":
		return cache.NewSecretToken(secret, awsjson.ConfigFromEnv(cache.SecretsManager, e.getenv))
	}
	e.fail("neither MOMENTO_API_KEY nor MOMENTO_SECRET_ID is set. Set one of them, to the API key or to the secret that holds it")
	return nil
}
