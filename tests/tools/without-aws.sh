# shellcheck shell=bash
# Sourced after environment.sh: `without_aws` holds the options that select every package that needs no AWS SDK. Steps that
# share it share what is compiled: the features of a dependency are those that the selected packages ask for, together.

without_aws=(--workspace)
for package in $("${root:?}/tests/tools/packages" needs-aws); do
    without_aws+=(--exclude "$package")
done
