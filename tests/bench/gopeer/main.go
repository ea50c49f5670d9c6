// A peer to measure beside: the least that golang.org/x/crypto/ssh needs to run one command on many hosts at once.
//
//	gopeer KEY PORT IN_FLIGHT COMMAND < HOSTS
//
// A fixed number of workers share the list; the server's key is not checked. Exit status 1 unless every command gave output.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
)

func ask(address, command string, config *ssh.ClientConfig) error {
	connection, err := ssh.Dial("tcp", address, config)
	if err != nil {
		return err
	}
	defer connection.Close()
	session, err := connection.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()
	output, err := session.Output(command)
	if err == nil && len(output) == 0 {
		err = fmt.Errorf("no output")
	}
	return err
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	config := &ssh.ClientConfig{
		User:            "root",
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(key)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	}
	workers, _ := strconv.Atoi(os.Args[3])
	hosts := make(chan string)
	var failed int64
	var running sync.WaitGroup
	for i := 0; i < workers; i++ {
		running.Add(1)
		go func() {
			defer running.Done()
			for host := range hosts {
				if err := ask(net.JoinHostPort(host, os.Args[2]), os.Args[4], config); err != nil {
					if atomic.AddInt64(&failed, 1) == 1 {
						fmt.Fprintln(os.Stderr, host, err)
					}
				}
			}
		}()
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		hosts <- lines.Text()
	}
	close(hosts)
	running.Wait()
	if failed > 0 {
		fmt.Fprintln(os.Stderr, failed, "failed")
		os.Exit(1)
	}
}
