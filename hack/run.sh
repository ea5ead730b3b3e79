#!/usr/bin/env bash
# Operator and gateway as processes on this machine, against the cluster that KUBECONFIG names and with its user's rights.
# In the cluster it makes the CRD (KDD_CRDS=skip leaves it alone) and, while it runs, the namespace kdd-run with the operator's
# Lease and a service account whose token the gateway shows the operator. Loopback only; state lies in KDD_DIR.
set -euo pipefail
cd "$(dirname "$0")/.."

KDD_PORT=${KDD_PORT:-8080}
KDD_DIR=${KDD_DIR:-.kdd}
KDD_CRDS=${KDD_CRDS:-apply}
namespace=kdd-run
bin=$PWD/artifacts/bin
configuration=$(echo "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')
pids=()

fail() { echo "kdd run: $*" >&2; exit 1; }

program() { # assembly name -> path of its program
  local dll=$bin/$1/$configuration/$1.dll
  [ -f "$dll" ] || fail "$1 is not built: run \`make build\` first"
  echo "$dll"
}

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    in_use "$port" || { echo "$port"; return; }
  done
  fail "no free port was found on 127.0.0.1"
}

check() {
  [ -n "${KUBECONFIG:-}" ] || fail "name the cluster: make run KUBECONFIG=FILE"
  [ -f "$KUBECONFIG" ] || fail "KUBECONFIG is $KUBECONFIG, and there is no such file"
  KUBECONFIG=$(realpath "$KUBECONFIG")
  export KUBECONFIG
  [[ $KDD_PORT =~ ^[0-9]+$ ]] && (( KDD_PORT > 0 && KDD_PORT < 65536 )) || fail "KDD_PORT is \"$KDD_PORT\": it must be a port number from 1 to 65535"
  ! in_use "$KDD_PORT" || fail "port $KDD_PORT on 127.0.0.1 is in use: stop what listens there, or choose another with KDD_PORT=PORT make run"
  case $KDD_CRDS in apply | skip) ;; *) fail "KDD_CRDS is \"$KDD_CRDS\": it must be apply or skip" ;; esac
  kubectl version --request-timeout=15s >/dev/null 2>"$KDD_DIR/run.log" || fail "the cluster of $KUBECONFIG does not answer: $(tail -n 1 "$KDD_DIR/run.log")"
  # Two operators would both write the status of every LogView.
  local installed
  installed=$(kubectl get deployments --all-namespaces --field-selector=metadata.name=kdd-operator -o 'jsonpath={range .items[?(@.spec.replicas>0)]}{.metadata.namespace}{end}' 2>/dev/null || true)
  [ -z "$installed" ] || fail "kdd runs in this cluster already: kubectl -n $installed scale deployment/kdd-operator --replicas=0"
  ! kubectl get namespace "$namespace" >/dev/null 2>&1 \
    || fail "namespace $namespace exists: somebody else runs kdd against this cluster, or a run was killed; then: kubectl delete namespace $namespace"
}

stop() {
  trap '' INT TERM
  trap - EXIT
  # The gateway first: it sends its viewers away. Each has a few seconds for it.
  for pid in "${pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [ ! -e "$KDD_DIR/.kdd-run" ] || kubectl delete namespace "$namespace" --wait=false --ignore-not-found >/dev/null 2>&1 || true
  rm -f "$KDD_DIR/.kdd-run" "$KDD_DIR/operator-token"
}

write_token() {
  (umask 077; kubectl -n "$namespace" create token kdd-gateway --audience=kdd-operator --duration=2h >"$KDD_DIR/operator-token.new")
  mv "$KDD_DIR/operator-token.new" "$KDD_DIR/operator-token"
}

prepare() {
  {
    [ "$KDD_CRDS" = skip ] || kubectl apply -k config/crds
    kubectl wait --for=condition=Established crd/logviews.kdd.dev --timeout=30s
    kubectl create namespace "$namespace"
    touch "$KDD_DIR/.kdd-run"
    kubectl -n "$namespace" create serviceaccount kdd-gateway
    write_token
  } >"$KDD_DIR/run.log" 2>&1 || fail "preparing the cluster failed: $(tail -n 1 "$KDD_DIR/run.log")"
}

start() { # program, management port, arguments
  local name=$1 management=$2 log=$KDD_DIR/$1.log
  shift 2
  dotnet "$(program "$name")" --kubeconfig "$KUBECONFIG" --namespace "$namespace" --management-listen "127.0.0.1:$management" "$@" >"$log" 2>&1 &
  pids=("$!" "${pids[@]}")
  for _ in $(seq 600); do
    in_use "$management" && grep -q 'check passed' <(read_url "$management") && return
    kill -0 "${pids[0]}" 2>/dev/null || { tail -n 5 "$log" >&2; fail "$name stopped while starting; its log is $log"; }
    sleep 0.1
  done
  fail "$name was not ready within 60 s: $(read_url "$management"); its log is $log"
}

read_url() { # port -> body of /readyz; curl is not asked for, bash can
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 0
  printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  sed '1,/^\r*$/d' <&3
  exec 3>&-
}

mkdir -p "$KDD_DIR"
check
trap stop EXIT
trap 'stop; exit 0' INT TERM
prepare
start Kdd.Operator "$(free_port)" --listen "127.0.0.1:$(free_port)" --external-url "http://127.0.0.1:$KDD_PORT" \
  --gateway-service-account "system:serviceaccount:$namespace:kdd-gateway"
start Kdd.Gateway "$(free_port)" --listen "127.0.0.1:$KDD_PORT" --access-mode none --access-credentials "$KUBECONFIG" --operator-token "$KDD_DIR/operator-token"
echo "kdd is ready: http://127.0.0.1:$KDD_PORT (KUBECONFIG=$KUBECONFIG)"

# Half of the token's life; both programs are looked at meanwhile.
for ((second = 1; ; second++)); do
  sleep 1 &
  wait $!
  for pid in "${pids[@]}"; do
    kill -0 "$pid" 2>/dev/null || fail "a program stopped; the logs are $KDD_DIR/Kdd.Operator.log and $KDD_DIR/Kdd.Gateway.log"
  done
  (( second % 3600 )) || write_token 2>>"$KDD_DIR/run.log" || true
done
