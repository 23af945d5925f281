// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"net"

	"golang.org/x/net/ipv4"
)

const flags4 = ipv4.FlagTTL | ipv4.FlagDst | ipv4.FlagInterface

// The package has no traffic class among its control messages for IPv4; the option of the socket
// stands in for it.
type inet4 struct {
	measured *ipv4.PacketConn
	other    *ipv4.PacketConn
	class    int
}

func newIPv4(measured, other *net.UDPConn) family {
	return &inet4{ipv4.NewPacketConn(measured), ipv4.NewPacketConn(other), 0}
}

func (f *inet4) enable() error {
	return f.measured.SetControlMessage(flags4, true)
}

func (f *inet4) oobSpace() int {
	return len(ipv4.NewControlMessage(flags4))
}

func (f *inet4) options(class, hops int) error {
	f.class = class
	return f.other.SetTTL(hops)
}

func (f *inet4) readBatch(ms []ipv4.Message) (int, error) {
	return f.measured.ReadBatch(ms, 0)
}

func (f *inet4) writeBatch(ms []ipv4.Message) (int, error) {
	return f.measured.WriteBatch(ms, 0)
}

func (f *inet4) parse(oob []byte) (int, int, int, net.IP, error) {
	var cm ipv4.ControlMessage
	err := cm.Parse(oob)
	return f.class, cm.TTL, cm.IfIndex, cm.Dst, err
}

func (f *inet4) marshal(class, hops int) []byte {
	cm := ipv4.ControlMessage{Src: net.IPv4(127, 0, 0, 1)}
	return cm.Marshal()
}

func (f *inet4) readFrom(b []byte) (int, int, int, error) {
	n, cm, _, err := f.measured.ReadFrom(b)
	if err != nil {
		return 0, 0, 0, err
	}
	return n, f.class, cm.TTL, nil
}

func (f *inet4) writeTo(b []byte, class, hops int, to net.Addr) (int, error) {
	return f.measured.WriteTo(b, &ipv4.ControlMessage{Src: net.IPv4(127, 0, 0, 1)}, to)
}
