#!/bin/sh
# An external Lambda extension that needs nothing but sh and curl. Your own part is at the top: events and three functions.
set -u

# What Lambda wakes the extension for. Without INVOKE it sleeps until the environment ends.
events='"INVOKE", "SHUTDOWN"'

# Work that is to be done before the function gets its first event. Where it fails, INIT fails and the function with it.
initialise() {
  log "INIT of ${AWS_LAMBDA_FUNCTION_NAME:-a function}"
}

# Called when an invocation begins; it runs beside the function. The invocation lasts until both are done.
invoked() {
  log "Invocation $(member requestId)"
}

# Called when the environment is going to be shut down, two seconds before it is gone.
ended() {
  log "SHUTDOWN: $(member shutdownReason)"
}

# Lambda knows an extension by its file's name, and waits for it to register under that.
name=${0##*/}
cr=$(printf '\r')
lf='
'

log() {
  printf '[%s] %s\n' "$name" "$*"
}

# member NAME: prints a member of the event, one that is a text.
member() {
  case $body in
    *"\"$1\":"*)
      value=${body#*"\"$1\":"}
      value=${value#*\"}
      printf '%s' "${value%%\"*}"
      ;;
  esac
}

# call METHOD PATH [curl's options]: sets status, headers and body; status is 0 where no answer came, and body is then curl's reason.
# There is no time-out, since an event may take hours to come, and no proxy, which a function may have set for the world outside.
call() {
  method=$1 url=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension/$2
  shift 2
  if answer=$(curl -q -sS -i --noproxy '*' -X "$method" "$@" "$url" 2>&1); then
    headers=${answer%%"$cr$lf$cr$lf"*}$cr$lf
    body=${answer#*"$cr$lf$cr$lf"}
    status=${headers#* }
    status=${status%%[!0-9]*}
  else
    headers='' body=$answer status=0
  fi
}

# identifier: prints the header Lambda-Extension-Identifier of the answer to register; its name may come in lower case.
identifier() {
  rest=$headers
  while [ -n "$rest" ]; do
    line=${rest%%"$cr$lf"*}
    rest=${rest#*"$cr$lf"}
    case $line in
      [Ll]ambda-[Ee]xtension-[Ii]dentifier:*)
        line=${line#*:}
        printf '%s' "${line# }"
        ;;
    esac
  done
}

# fail PATH TYPE MESSAGE: says why, to the log and to Lambda, and exits: the report alone ends nothing. MESSAGE has no quotes in it.
fail() {
  log "$3"
  call POST "$1" --max-time 1 -H "Lambda-Extension-Identifier: $id" -H "Lambda-Extension-Function-Error-Type: $2" \
    -H 'Content-Type: application/json' --data-binary "{\"errorMessage\": \"$3\", \"errorType\": \"$2\", \"stackTrace\": []}"
  exit 1
}

if [ -z "${AWS_LAMBDA_RUNTIME_API:-}" ]; then
  log 'AWS_LAMBDA_RUNTIME_API is not set: this script is started by Lambda, or by lambda-ext invoke --local'
  exit 1
fi
if ! command -v curl >/dev/null; then
  log "There is no curl in $PATH: this runtime does not have it. Bring one in the layer's bin/, or choose another runtime"
  exit 1
fi

call POST register -H "Lambda-Extension-Name: $name" -H 'Content-Type: application/json' --data-binary "{\"events\": [$events]}"
id=$(identifier)
if [ "$status" != 200 ] || [ -z "$id" ]; then
  log "Cannot register (status $status): $body"
  exit 1
fi

initialise || fail init/error Extension.InitFailed "INIT failed with status $?"

# The first call says that INIT is done.
while call GET event/next -H "Lambda-Extension-Identifier: $id"; do
  [ "$status" = 200 ] || break
  case $(member eventType) in
    INVOKE) invoked ;;
    SHUTDOWN)
      ended
      exit 0
      ;;
  esac
done
log "$body"
fail exit/error Extension.NextFailed "Cannot get the next event (status $status)"
