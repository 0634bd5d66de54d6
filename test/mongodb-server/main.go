// A server of the MongoDB protocol over SQLite, for tests: mongodb-server LISTEN_ADDRESS DATA_FOLDER.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	address, folder := os.Args[1], os.Args[2]
	socket := filepath.Join(folder, "server.socket")
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Handler:   "sqlite",
		SQLiteURL: "file:" + folder + "/",
	})
	exitOn(err)
	listener, err := net.Listen("tcp", address)
	exitOn(err)
	go serveInTurns(listener, socket)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go endWithInput(stop)
	if err := server.Run(ctx); ctx.Err() == nil {
		exitOn(err)
	}
}

// The end of the input is the end of the tests that started us, however they ended.
func endWithInput(stop func()) {
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
