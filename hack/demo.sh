#!/usr/bin/env bash
# The demo: DevCluster with kdd installed in it by config/demo, and a shop of real processes that write lines.
# Everything it starts is a child of DevCluster, which is a child of this script; its state lies in KDD_DIR.
set -euo pipefail
cd "$(dirname "$0")/.."

KDD_PORT=${KDD_PORT:-8080}
KDD_API_PORT=${KDD_API_PORT:-16443}
KDD_DIR=${KDD_DIR:-.kdd}
KDD_AUTH=${KDD_AUTH:-none}
bin=$PWD/artifacts/bin
configuration=$(echo "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')
cluster_pid=

fail() { echo "kdd demo: $*" >&2; exit 1; }

program() { # assembly name -> command that runs it
  local dll=$bin/$1/$configuration/$1.dll
  [ -f "$dll" ] || fail "$1 is not built: run \`make build\` first"
  echo "dotnet $dll"
}

require_free() { # variable name, port
  [[ $2 =~ ^[0-9]+$ ]] && (( $2 > 0 && $2 < 65536 )) || fail "$1 is \"$2\": it must be a port number from 1 to 65535"
  if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then
    fail "port $2 on 127.0.0.1 is in use: stop what listens there, or choose another with $1=PORT make demo"
  fi
}

start_clean() {
  if [ -e "$KDD_DIR" ] && [ ! -e "$KDD_DIR/.kdd-state" ] && [ -n "$(ls -A "$KDD_DIR" 2>/dev/null)" ]; then
    fail "KDD_DIR $KDD_DIR holds files that are not kdd's: choose an empty or new folder"
  fi
  rm -rf "$KDD_DIR"
  mkdir -p "$KDD_DIR"
  touch "$KDD_DIR/.kdd-state"
}

stop() {
  trap '' INT TERM
  trap - EXIT
  if [ -n "$cluster_pid" ] && kill -0 "$cluster_pid" 2>/dev/null; then
    kill -TERM "$cluster_pid" 2>/dev/null || true
    wait "$cluster_pid" 2>/dev/null || true
  fi
}

start_cluster() {
  local log=$KDD_DIR/devcluster.log
  # shellcheck disable=SC2046
  $(program Kdd.DevCluster) --port "$KDD_API_PORT" --kubeconfig "$KDD_DIR/kubeconfig" --dir "$KDD_DIR/cluster" \
    --image "kdd-operator=$(program Kdd.Operator)" --image "kdd-gateway=$(program Kdd.Gateway)" \
    ${KDD_DEVCLUSTER_ARGS:-} >"$log" 2>&1 &
  cluster_pid=$!
  for _ in $(seq 300); do
    grep -q '^DevCluster is ready' "$log" && return
    kill -0 "$cluster_pid" 2>/dev/null || { tail -n 5 "$log" >&2; fail "DevCluster stopped while starting; its log is $log"; }
    sleep 0.1
  done
  fail "DevCluster was not ready within 30 s; its log is $log"
}

# config/demo as it is, or an overlay on it where a variable asks for something else.
manifests() {
  if [ "$KDD_PORT" = 8080 ] && [ "$KDD_AUTH" = none ]; then
    echo config/demo
    return
  fi
  mkdir -p "$KDD_DIR/install"
  cat >"$KDD_DIR/install/kustomization.yaml" <<YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - $(realpath --relative-to="$(realpath "$KDD_DIR/install")" config/demo)
patches:
  - target: {kind: Deployment, name: kdd-gateway}
    patch: |-
      - {op: replace, path: /spec/template/spec/containers/0/ports/0/hostPort, value: $KDD_PORT}
  - target: {kind: Deployment, name: kdd-operator}
    patch: |-
      - {op: replace, path: /spec/template/spec/containers/0/args, value: ["--external-url=http://127.0.0.1:$KDD_PORT"]}
YAML
  if [ "$KDD_AUTH" = kubernetes ]; then
    cat >>"$KDD_DIR/install/kustomization.yaml" <<YAML
  - target: {kind: Deployment, name: kdd-gateway}
    patch: |-
      - {op: replace, path: /spec/template/spec/containers/0/args, value: ["--access-mode=kubernetes", "--key-ring-secret=kdd-gateway-keys"]}
YAML
  fi
  echo "$KDD_DIR/install"
}

install() {
  local log=$KDD_DIR/install.log
  {
    kubectl apply -k "$(manifests)" \
      && kubectl -n kdd-system rollout status deployment/kdd-operator --timeout=60s \
      && kubectl -n kdd-system rollout status deployment/kdd-gateway --timeout=60s \
      && kubectl apply -k config/demo-shop \
      && kubectl apply -k config/samples
  } >"$log" 2>&1 || { tail -n 5 "$log" >&2; fail "installing kdd failed; see $log and $KDD_DIR/devcluster.log"; }
  for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$KDD_PORT") 2>/dev/null && return
    sleep 0.1
  done
  fail "the gateway did not open port $KDD_PORT; see: KUBECONFIG=$KDD_DIR/kubeconfig kubectl -n kdd-system get pods"
}

require_free KDD_PORT "$KDD_PORT"
require_free KDD_API_PORT "$KDD_API_PORT"
case $KDD_AUTH in none | kubernetes) ;; *) fail "KDD_AUTH is \"$KDD_AUTH\": it must be none or kubernetes" ;; esac
start_clean
trap stop EXIT
trap 'stop; exit 0' INT TERM
start_cluster
export KUBECONFIG=$KDD_DIR/kubeconfig
install
echo "kdd is ready: http://127.0.0.1:$KDD_PORT (KUBECONFIG=$KDD_DIR/kubeconfig)"
wait "$cluster_pid" || fail "DevCluster stopped; its log is $KDD_DIR/devcluster.log"
