package io.jpm.os;

import java.net.InetSocketAddress;

/// A TCP socket that a process of this machine listens on, whichever process that is.
///
/// @param address where
/// @param inode the kernel's number of it ([ListenSocket#inode])
public record Listener(InetSocketAddress address, long inode) {}
