package main

import "github.com/spf13/cobra"

func (a *app) fmtCmd() *cobra.Command { return &cobra.Command{Use: "fmt"} }
