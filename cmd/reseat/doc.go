// Command reseat keeps the Microsoft 365 licences of a tenant as its
// administrators declared them in git.
//
// It is the only package that knows all others: it opens files, hands streams,
// clock and environment on, and fills the interfaces that the other packages
// declare. What can be decided is decided there, not here.
package main
