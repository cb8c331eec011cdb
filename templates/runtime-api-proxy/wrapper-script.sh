#!/bin/sh
# Starts the runtime with the proxy in the Runtime API's place. Lambda runs it where the function's variable AWS_LAMBDA_EXEC_WRAPPER names
# it, with the runtime's own command as arguments.

# What was there before, for whoever needs the way around the proxy.
export LRAP_PREVIOUS_RUNTIME_API="$AWS_LAMBDA_RUNTIME_API"
export AWS_LAMBDA_RUNTIME_API="127.0.0.1:${LRAP_LISTENER_PORT:-9009}"

# Another wrapper, if there is one, comes between this one and the runtime.
exec ${LRAP_NEXT_WRAPPER:+"$LRAP_NEXT_WRAPPER"} "$@"
