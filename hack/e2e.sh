#!/usr/bin/env bash
# The end-to-end tests against the cluster that KUBECONFIG names, where kdd is installed from config/default.
# They make namespaces of their own (kdd-e2e…, deleted at the end) and act as a service account that may view.
# KDD_E2E_URL names the gateway where it can be reached directly; otherwise kubectl port-forward leads to it.
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-Release}
forward_pid=
user_namespace=kdd-e2e-user

fail() { echo "kdd e2e: $*" >&2; exit 1; }

[ -n "${KUBECONFIG:-}" ] || fail "name the cluster: make e2e KUBECONFIG=FILE"
[ -f "$KUBECONFIG" ] || fail "KUBECONFIG is $KUBECONFIG, and there is no such file"
KUBECONFIG=$(realpath "$KUBECONFIG")
export KUBECONFIG
kubectl -n kdd-system get deployment kdd-gateway >/dev/null 2>&1 \
  || fail "kdd is not installed in $(kubectl config current-context): kubectl apply -k config/default"

clean_up() {
  trap - EXIT
  [ -z "$forward_pid" ] || kill "$forward_pid" 2>/dev/null || true
  kubectl delete clusterrolebinding kdd-e2e-user --ignore-not-found >/dev/null 2>&1 || true
  kubectl delete namespace "$user_namespace" --ignore-not-found --wait=false >/dev/null 2>&1 || true
}
trap clean_up EXIT
trap 'exit 130' INT TERM

forward() {
  local out
  out=$(mktemp)
  kubectl -n kdd-system port-forward service/kdd-gateway :80 >"$out" 2>&1 &
  forward_pid=$!
  for _ in $(seq 100); do
    KDD_E2E_URL=$(sed -n 's#^Forwarding from \(127\.0\.0\.1:[0-9]*\) .*#http://\1#p' "$out")
    [ -z "$KDD_E2E_URL" ] || { rm -f "$out"; return; }
    kill -0 "$forward_pid" 2>/dev/null || fail "port-forward to the gateway failed: $(cat "$out")"
    sleep 0.1
  done
  fail "port-forward to the gateway did not start within 10 s"
}

sign_in() {
  kubectl create namespace "$user_namespace" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  kubectl -n "$user_namespace" create serviceaccount user --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  kubectl create clusterrolebinding kdd-e2e-user --clusterrole=view --serviceaccount="$user_namespace:user" --dry-run=client -o yaml \
    | kubectl apply -f - >/dev/null
  kubectl -n "$user_namespace" create token user --duration=1h
}

[ -n "${KDD_E2E_URL:-}" ] || forward
KDD_E2E_TOKEN=$(sign_in)
KDD_CHROMIUM=$(hack/chromium.sh)
export KDD_E2E_KUBECONFIG=$KUBECONFIG KDD_E2E_URL KDD_E2E_TOKEN KDD_CHROMIUM
dotnet test --project tests/Kdd.EndToEnd.Tests -c "$configuration" --no-build --filter-not-trait Needs=DevCluster
