// gopeer PORT FOLDER: a server on golang.org/x/crypto/ssh.
package main

import (
	"errors"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/crypto/ssh"
)

const password = "open sesame"

var signals = map[syscall.Signal]string{syscall.SIGKILL: "KILL", syscall.SIGTERM: "TERM", syscall.SIGSEGV: "SEGV", syscall.SIGHUP: "HUP"}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	port, folder := os.Args[1], os.Args[2]
	authorized, _, _, _, err := ssh.ParseAuthorizedKey(must(os.ReadFile(folder + "/authorized_keys")))
	if err != nil {
		log.Fatal(err)
	}
	refused := errors.New("refused")
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if c.User() == "peer" && string(key.Marshal()) == string(authorized.Marshal()) {
				return nil, nil
			}
			return nil, refused
		},
		PasswordCallback: func(c ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if c.User() == "peer" && string(given) == password {
				return nil, nil
			}
			return nil, refused
		},
		KeyboardInteractiveCallback: func(c ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err == nil && c.User() == "peer" && len(answers) == 1 && answers[0] == password {
				return nil, nil
			}
			return nil, refused
		},
	}
	config.AddHostKey(must(ssh.ParsePrivateKey(must(os.ReadFile(folder + "/hostkey")))))
	listener := must(net.Listen("tcp", "127.0.0.1:"+port))
	for {
		connection := must(listener.Accept())
		go serve(connection, config)
	}
}

func serve(connection net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for incoming := range channels {
		if incoming.ChannelType() != "session" {
			incoming.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, requests, err := incoming.Accept()
		if err != nil {
			return
		}
		go session(channel, requests)
	}
}

func session(channel ssh.Channel, requests <-chan *ssh.Request) {
	for request := range requests {
		if request.Type != "exec" {
			request.Reply(false, nil)
			continue
		}
		var asked struct{ Command string }
		ssh.Unmarshal(request.Payload, &asked)
		request.Reply(true, nil)
		go run(channel, asked.Command)
	}
}

func run(channel ssh.Channel, command string) {
	defer channel.Close()
	child := exec.Command("/bin/sh", "-c", command)
	child.Stdout = channel
	child.Stderr = channel.Stderr()
	input, err := child.StdinPipe()
	if err != nil {
		return
	}
	go func() {
		io.Copy(input, channel)
		input.Close()
	}()
	child.Run()
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
			Signal          string
			CoreDumped      bool
			Error, Language string
		}{signals[status.Signal()], false, "", ""}))
		return
	}
	channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(child.ProcessState.ExitCode())}))
}
