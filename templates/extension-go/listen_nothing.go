//go:build !telemetry && !logs

package main

// listenTo is what the extension hears beside its own events: a build tag in lambda-ext.jsonc chooses.
const listenTo = nothing
