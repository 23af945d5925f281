// SPDX-License-Identifier: BSD-2-Clause

// The same scenarios with golang.org/x/net, as its documentation shows them.
// usage: xnet SCENARIO ROUNDS   prints the median of nanoseconds per packet.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/ipv4"
)

const (
	batch   = 64
	payload = 32
	room    = 256
)

// What differs between the packages ipv4 and ipv6.
type family interface {
	enable() error
	oobSpace() int
	options(class, hops int) error // of the other end, whose packets are received
	readBatch(ms []ipv4.Message) (int, error)
	writeBatch(ms []ipv4.Message) (int, error)
	parse(oob []byte) (class, hops, index int, dst net.IP, err error)
	marshal(class, hops int) []byte
	readFrom(b []byte) (n, class, hops int, err error)
	writeTo(b []byte, class, hops int, to net.Addr) (int, error)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func require(ok bool, what string) {
	if !ok {
		log.Fatal("not so: ", what)
	}
}

type bench struct {
	family
	measured, other *net.UDPConn
	batch, control  bool
	messages        []ipv4.Message
	buffers         [batch][room]byte
}

func listen(network, host string) *net.UDPConn {
	c, err := net.ListenPacket(network, net.JoinHostPort(host, "0"))
	check(err)
	return c.(*net.UDPConn)
}

func open(name string) *bench {
	b := &bench{batch: strings.Contains(name, "batch"), control: !strings.Contains(name, "plain")}
	if strings.HasSuffix(name, "ipv6") {
		b.measured, b.other = listen("udp6", "::1"), listen("udp6", "::1")
		b.family = newIPv6(b.measured, b.other)
	} else {
		b.measured, b.other = listen("udp4", "127.0.0.1"), listen("udp4", "127.0.0.1")
		b.family = newIPv4(b.measured, b.other)
	}
	b.messages = make([]ipv4.Message, batch)
	for i := range b.messages {
		b.messages[i].Buffers = [][]byte{b.buffers[i][:]}
		if b.control {
			b.messages[i].OOB = make([]byte, b.oobSpace())
		}
	}
	return b
}

func (b *bench) receiveBatch(class, hops int) {
	for got := 0; got < batch; {
		n, err := b.readBatch(b.messages[got:])
		check(err)
		for _, m := range b.messages[got : got+n] {
			require(m.N == payload && m.Addr != nil, "message")
			if b.control {
				c, h, index, dst, err := b.parse(m.OOB[:m.NN])
				require(err == nil && c == class && h == hops && index > 0 && dst != nil, "control")
			}
		}
		got += n
	}
}

func (b *bench) receiveSingle(class, hops int) {
	for i := 0; i < batch; i++ {
		if b.control {
			n, c, h, err := b.readFrom(b.buffers[i][:])
			require(err == nil && n == payload && c == class && h == hops, "packet")
		} else {
			n, _, err := b.measured.ReadFrom(b.buffers[i][:])
			require(err == nil && n == payload, "packet")
		}
	}
}

func (b *bench) receive(round int) time.Duration {
	class, hops := 0x28+0x20*(round&1), 33+round&3
	check(b.options(class, hops))
	for i := 0; i < batch; i++ {
		_, err := b.other.WriteTo(b.buffers[0][:payload], b.measured.LocalAddr())
		check(err)
	}
	start := time.Now()
	if b.batch {
		b.receiveBatch(class, hops)
	} else {
		b.receiveSingle(class, hops)
	}
	return time.Since(start)
}

func (b *bench) sendBatch(class, hops int) {
	for i := range b.messages {
		b.messages[i].Buffers[0] = b.buffers[i][:payload]
		b.messages[i].Addr = b.other.LocalAddr()
		if b.control {
			b.messages[i].OOB = b.marshal(class, hops)
		}
	}
	for sent := 0; sent < batch; {
		n, err := b.writeBatch(b.messages[sent:])
		check(err)
		sent += n
	}
}

func (b *bench) sendSingle(class, hops int) {
	for i := 0; i < batch; i++ {
		var err error
		if b.control {
			_, err = b.writeTo(b.buffers[i][:payload], class, hops, b.other.LocalAddr())
		} else {
			_, err = b.measured.WriteTo(b.buffers[i][:payload], b.other.LocalAddr())
		}
		check(err)
	}
}

func (b *bench) send(round int) time.Duration {
	class, hops := 0x28+0x20*(round&1), 33+round&3
	start := time.Now()
	if b.batch {
		b.sendBatch(class, hops)
	} else {
		b.sendSingle(class, hops)
	}
	took := time.Since(start)
	for i := 0; i < batch; i++ {
		n, _, err := b.other.ReadFrom(b.buffers[i][:])
		require(err == nil && n == payload, "what was sent arrives")
	}
	return took
}

// Datagrams of 1200 bytes, sent and received one batch after the other: what is done without
// segmentation offload, which the packages do not have.
func segments(rounds int) {
	const size = 1200
	b := open("receive-batch-plain-ipv4")
	out := make([]ipv4.Message, batch)
	for i := range out {
		out[i] = ipv4.Message{Buffers: [][]byte{make([]byte, size)}, Addr: b.measured.LocalAddr()}
		b.messages[i].Buffers = [][]byte{make([]byte, 2*size)}
	}
	conn := ipv4.NewPacketConn(b.other)
	check(b.measured.SetReadDeadline(time.Now().Add(time.Minute))) // a lost datagram ends it
	start := time.Now()
	for i := 0; i < rounds; i++ {
		for sent := 0; sent < batch; {
			n, err := conn.WriteBatch(out[sent:], 0)
			check(err)
			sent += n
		}
		for got := 0; got < batch; {
			n, err := b.readBatch(b.messages[got:])
			check(err)
			got += n
		}
	}
	fmt.Printf("%.1f\n", float64(time.Since(start).Nanoseconds())/float64(rounds*batch))
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: xnet SCENARIO|segments ROUNDS")
	}
	rounds, err := strconv.Atoi(os.Args[2])
	check(err)
	if os.Args[1] == "segments" {
		segments(rounds)
		return
	}
	b := open(os.Args[1])
	sends := strings.HasPrefix(os.Args[1], "send")
	if b.control && !sends {
		check(b.enable())
	}
	var took []time.Duration
	for i := -10; i < rounds; i++ {
		var t time.Duration
		if sends {
			t = b.send(i + 10)
		} else {
			t = b.receive(i + 10)
		}
		if i >= 0 {
			took = append(took, t)
		}
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	fmt.Printf("%.1f\n", float64(took[len(took)/2].Nanoseconds())/batch)
}
