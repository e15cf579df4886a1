package io.jpm.agent;

import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// A socket that the process has inherited. It is shared by all processes of the app or, in fork
/// mode, was handed over by the previous process.
///
/// @param ipv6 whether the protocol family of the socket is IPv6
/// @param number the descriptor number of the socket in this process
record InheritedSocket(boolean ipv6, int number) {
  /// Returns the family of the socket, in the form that `Net.bind` expects.
  ProtocolFamily family() {
    return ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }

  /// Returns the existing sockets that the environment variables name. `JPM_SOCKETS` contains their
  /// descriptors, such as `v6:5,6;v4:7,8`. `JPM_SOCKET_INODES` contains their inodes in the same
  /// order, so no other descriptor can be mistaken for one of them.
  static List<InheritedSocket> all(
      Map<String, String> environment, DescriptorInspector descriptorInspector) {
    List<InheritedSocket> sockets = new ArrayList<>();
    Iterator<String> inodes =
        List.of(environment.getOrDefault("JPM_SOCKET_INODES", "").split(",", -1)).iterator();
    for (String family : environment.getOrDefault("JPM_SOCKETS", "").split(";", -1)) {
      boolean ipv6 = family.startsWith("v6:");
      if (!ipv6 && !family.startsWith("v4:")) {
        continue;
      }
      for (String number : family.substring(3).split(",", -1)) {
        InheritedSocket socket = new InheritedSocket(ipv6, Integer.parseInt(number));
        if (inodes.hasNext() && descriptorInspector.isSocket(socket.number, inodes.next())) {
          sockets.add(socket);
        }
      }
    }
    return List.copyOf(sockets);
  }
}
