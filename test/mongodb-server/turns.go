package main

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
)

const (
	headerSize = 16
	opMessage  = 2013
	moreToCome = 1 << 1
)

// MongoDB finds and changes a document in one step; FerretDB reads it and then writes it, so that two processes may both
// win the same lock. One command at a time makes it as atomic as what it stands for.
var turn sync.Mutex

func serveInTurns(listener net.Listener, server string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go serveClient(client, server)
	}
}

func serveClient(client net.Conn, server string) {
	defer client.Close()
	upstream, err := net.Dial("unix", server)
	if err != nil {
		return
	}
	defer upstream.Close()
	for {
		command, err := readMessage(client)
		if err != nil {
			return
		}
		answer, err := run(upstream, command)
		if err != nil {
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func run(upstream net.Conn, command []byte) ([]byte, error) {
	turn.Lock()
	defer turn.Unlock()
	if _, err := upstream.Write(command); err != nil || !isAnswered(command) {
		return nil, err
	}
	return readMessage(upstream)
}

func readMessage(from io.Reader) ([]byte, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(header)
	if length < headerSize || length > 1<<26 {
		return nil, io.ErrUnexpectedEOF
	}
	message := append(header, make([]byte, length-headerSize)...)
	_, err := io.ReadFull(from, message[headerSize:])
	return message, err
}

func isAnswered(command []byte) bool {
	if binary.LittleEndian.Uint32(command[12:]) != opMessage || len(command) < headerSize+4 {
		return true
	}
	return binary.LittleEndian.Uint32(command[headerSize:])&moreToCome == 0
}
