#!/bin/sh
# Graph clients that others make and release, unmodified, against `reseat sim`
# over HTTPS: each signs in, lists people and products, assigns, reads back,
# unassigns, and is refused once. What they say must be what the tenant's file
# says.
#
#   run.sh [CLIENT...]   graph-client and pnp (npm), terraform and msgraph (Go); all if none is named
#   RESEAT=PATH          a reseat that is built already
#   CI=true              an error if no client could be run
#
# Installing reaches the package registries; the stories themselves reach
# nothing but loopback. Needs Go; Node 20 and npm for the first two. To compile
# msgraph for the first time takes two minutes of a processor and 5 GB of memory.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/reseat-clients.XXXXXX")
sim=
ran=
failed=

finish() {
	if [ -n "$sim" ]; then kill "$sim" 2>/dev/null || true; fi
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

skipped() { echo "$1: skipped: $2"; }

start() {
	reseat=${RESEAT:-}
	if [ -z "$reseat" ]; then
		reseat=$work/reseat
		(cd "$root" && go build -buildvcs=false -o "$reseat" ./cmd/reseat)
	fi
	cp "$root/examples/contoso/tenant.json" "$work/tenant.json"
	go run "$here/expected.go" "$work/tenant.json" >"$work/expected"
	go run "$here/expected.go" -env "$work/tenant.json" >"$work/env"
	: >"$work/sim.out"
	"$reseat" sim "$work/tenant.json" --listen 127.0.0.1:0 --cert "$work/ca.pem" --save "$work/after.json" >"$work/sim.out" 2>&1 &
	sim=$!
	n=0
	until SIM_URL=$(grep -o 'https://127\.0\.0\.1:[0-9]*' "$work/sim.out"); do
		n=$((n + 1))
		if [ $n -gt 100 ] || ! kill -0 "$sim" 2>/dev/null; then
			cat "$work/sim.out"
			echo "error: reseat sim did not start"
			exit 1
		fi
		sleep 0.1
	done
	echo "SIM_URL=$SIM_URL" >>"$work/env"
}

# story NAME WITHOUT COMMAND...: runs a client and compares, but for the lines
# that begin with WITHOUT, which it cannot say.
story() {
	name=$1 without=$2
	shift 2
	ran=yes
	grep -vE "^($without)" "$work/expected" >"$work/$name.expected"
	if ! env $(cat "$work/env") NODE_EXTRA_CA_CERTS="$work/ca.pem" SSL_CERT_FILE="$work/ca.pem" SSL_CERT_DIR="$work/none" \
		HTTP_PROXY= HTTPS_PROXY= http_proxy= https_proxy= NO_PROXY='*' no_proxy='*' \
		"$@" >"$work/$name.out" 2>"$work/$name.err"; then
		tail -n 20 "$work/$name.err"
		failed=yes
	fi
	if diff -u "$work/$name.expected" "$work/$name.out"; then
		echo "$name: ok"
	else
		echo "$name: not what the tenant's file says"
		failed=yes
	fi
}

# npm NAME: one of the clients for Node.
npm_client() {
	if ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
		skipped "$1" "no Node of version 20 or later"
		return
	fi
	if [ ! -d "$work/npm" ]; then
		mkdir "$work/npm"
		cp "$here"/npm/* "$work/npm/" 2>/dev/null || true # not node_modules
		(cd "$work/npm" && npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm.log" 2>&1 || touch "$work/npm/failed"
	fi
	if [ -e "$work/npm/failed" ]; then
		tail -n 3 "$work/npm.log"
		skipped "$1" "npm could not install it"
		return
	fi
	story "$1" "-" node "$work/npm/$1.mjs"
}

# go_client NAME WITHOUT: one of the clients for Go.
go_client() {
	if [ "$(uname)" != Linux ]; then
		skipped "$1" "Go takes certificates from SSL_CERT_FILE on Linux alone"
		return
	fi
	if ! (cd "$here/go" && GOWORK=off GOFLAGS="-mod=readonly -buildvcs=false" go mod download) >"$work/go.log" 2>&1; then
		tail -n 3 "$work/go.log"
		skipped "$1" "its modules could not be downloaded"
		return
	fi
	if ! (cd "$here/go" && GOWORK=off GOFLAGS="-mod=readonly -buildvcs=false" go build -o "$work/$1" "./$1"); then
		failed=yes
		return
	fi
	story "$1" "$2" "$work/$1"
}

[ $# -gt 0 ] || set -- graph-client pnp terraform msgraph
start
for client; do
	case $client in
	graph-client | pnp) npm_client "$client" ;;
	terraform) go_client terraform "batch|first page" ;;
	msgraph) go_client msgraph "-" ;;
	*)
		echo "error: no client is named $client"
		exit 1
		;;
	esac
done

# Nobody keeps what was assigned.
kill -INT "$sim"
wait "$sim" || failed=yes
sim=
go run "$here/expected.go" "$work/after.json" | diff -u "$work/expected" - || failed=yes

if [ -z "$ran" ]; then
	echo "no client could be run"
	[ -z "${CI:-}" ] || exit 1
fi
[ -z "$failed" ]
