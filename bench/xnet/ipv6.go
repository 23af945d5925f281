// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"net"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

const flags6 = ipv6.FlagTrafficClass | ipv6.FlagHopLimit | ipv6.FlagDst | ipv6.FlagInterface

type inet6 struct {
	measured *ipv6.PacketConn
	other    *ipv6.PacketConn
}

func newIPv6(measured, other *net.UDPConn) family {
	return &inet6{ipv6.NewPacketConn(measured), ipv6.NewPacketConn(other)}
}

func (f *inet6) enable() error {
	return f.measured.SetControlMessage(flags6, true)
}

func (f *inet6) oobSpace() int {
	return len(ipv6.NewControlMessage(flags6))
}

func (f *inet6) options(class, hops int) error {
	if err := f.other.SetTrafficClass(class); err != nil {
		return err
	}
	return f.other.SetHopLimit(hops)
}

// Both packages' messages are the same type.
func (f *inet6) readBatch(ms []ipv4.Message) (int, error) {
	return f.measured.ReadBatch(ms, 0)
}

func (f *inet6) writeBatch(ms []ipv4.Message) (int, error) {
	return f.measured.WriteBatch(ms, 0)
}

func (f *inet6) parse(oob []byte) (int, int, int, net.IP, error) {
	var cm ipv6.ControlMessage
	err := cm.Parse(oob)
	return cm.TrafficClass, cm.HopLimit, cm.IfIndex, cm.Dst, err
}

func control6(class, hops int) *ipv6.ControlMessage {
	return &ipv6.ControlMessage{TrafficClass: class, HopLimit: hops, Src: net.IPv6loopback}
}

func (f *inet6) marshal(class, hops int) []byte {
	return control6(class, hops).Marshal()
}

func (f *inet6) readFrom(b []byte) (int, int, int, error) {
	n, cm, _, err := f.measured.ReadFrom(b)
	if err != nil {
		return 0, 0, 0, err
	}
	return n, cm.TrafficClass, cm.HopLimit, nil
}

func (f *inet6) writeTo(b []byte, class, hops int, to net.Addr) (int, error) {
	return f.measured.WriteTo(b, control6(class, hops), to)
}
