package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.ListenTarget;
import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.model.AppSpec;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Builds and parses the keys of the sockets that Node workers share. A new daemon finds the
/// sockets by these keys.
final class SocketKeys {
  static final String PREFIX = "node ";

  private SocketKeys() {}

  /// Returns the key of a requested socket. As in PM2, all apps that request the same address and
  /// port share a socket, but only if they run as the same user: connections to one user's
  /// processes must not reach the processes of another user. A port that the system chooses belongs
  /// to one app. Several ports of this kind are distinguished by the order in which each worker
  /// requests them.
  static String of(AppSpec spec, Query query) {
    ListenTarget listenTarget = query.target();
    if (listenTarget.path().isPresent()) {
      return PREFIX + all(spec) + " unix:" + escaped(listenTarget.path().get());
    }
    String place =
        listenTarget.address().orElse("*") + ":" + listenTarget.port() + ":" + listenTarget.type();
    String v6only = (listenTarget.flags() & 1) != 0 ? ":v6only" : "";
    if (listenTarget.port() == 0) {
      return PREFIX + spec.name() + " " + place + v6only + ":" + query.index();
    }
    return PREFIX + all(spec) + " " + place + v6only;
  }

  /// Encodes spaces, colons and line breaks.
  private static String escaped(String path) {
    return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("%2F", "/");
  }

  private static String all(AppSpec spec) {
    return spec.runAs().user().map(user -> "*@" + user).orElse("*");
  }

  /// Reports whether two apps run as the same user and therefore share the sockets that they
  /// request.
  static boolean shareSockets(AppSpec one, AppSpec other) {
    return all(one).equals(all(other));
  }

  /// Reports whether `key` belongs to a UDP socket. The kernel does not show which process uses a
  /// UDP socket.
  static boolean isUdp(String key) {
    return key.contains(":udp");
  }

  /// Reports whether the app of `spec` may have requested the socket.
  static boolean mayBeOf(String key, AppSpec spec) {
    // Names may contain spaces, but addresses do not.
    String owner = key.substring(0, Math.max(0, key.lastIndexOf(' ')));
    return owner.equals(PREFIX + spec.name()) || owner.equals(PREFIX + all(spec));
  }
}
