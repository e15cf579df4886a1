package io.jpm.os;

import java.net.InetSocketAddress;

/// A TCP socket on which a process of this machine listens.
///
/// @param address the local address
/// @param inode the inode number ([ListenSocket#inode])
public record TcpListener(InetSocketAddress address, long inode) {}
