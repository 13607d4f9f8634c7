# Sourced by the protocols beside it: the command that they run, and how arguments are divided.
lab=${LAB:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/lab}   # LAB: another command than ./lab

# divide ARGUMENTS…: those before "--" into inputs, those behind it, options of lab fine-tune, into options
divide() {
  inputs=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do inputs+=("$1"); shift; done
  [ $# = 0 ] || shift
  options=("$@")
}
