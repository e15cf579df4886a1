// A server of net/http that ends as its documentation says: Shutdown at the signal. It takes the socket of
// LISTEN_FDS if there is one, and PORT otherwise.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

func listener() (net.Listener, error) {
	if os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()) {
		return net.FileListener(os.NewFile(3, "listener"))
	}
	return net.Listen("tcp", ":"+os.Getenv("PORT"))
}

func main() {
	status := http.StatusOK
	if os.Getenv("UNREADY") == "1" {
		status = http.StatusServiceUnavailable
	}
	http.HandleFunc("/", func(response http.ResponseWriter, _ *http.Request) {
		response.WriteHeader(status)
		fmt.Fprintln(response, os.Getpid())
	})
	socket, err := listener()
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{}
	done := make(chan struct{})
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
		<-signals
		server.Shutdown(context.Background())
		close(done)
	}()
	if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-done
}
