package io.jpm.os;

import java.net.InetSocketAddress;

/// A TCP socket that some process of this machine listens on.
///
/// @param address its local address
/// @param inode its inode number ([ListenSocket#inode])
public record TcpListener(InetSocketAddress address, long inode) {}
