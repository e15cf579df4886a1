package io.jpm.bridge;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// The validated settings of the bridge: its listening addresses, the peers that it admits and the
/// limits per peer. The daemon creates them from its own settings. If a value is invalid, the
/// daemon does not start and shows a message to the user.
///
/// @param socket the path of the unix socket, in a directory that only the owner can access; at
///   most 107 bytes, because of a limit of the kernel (`unix(7)`)
/// @param portFile the file from which clients read the TCP port
/// @param host the address of the TCP port: `localhost` or a loopback address
/// @param port the TCP port; 0 selects any free port
/// @param token the owner's token, which a TCP peer must present: 64 hexadecimal digits
/// @param authTimeout how long a TCP peer may take to present a token
/// @param maxFrameBytes the maximum length of a frame sent by the owner, in bytes without the
///   length prefix; for issued tokens see [FrameRules#ISSUED]
/// @param slowPeerTimeout how long a TCP peer may leave its replies unread before it is
///   disconnected
/// @param maxConnections the maximum number of concurrent TCP connections
/// @param maxUnauthenticated the maximum number of TCP connections that have not presented a token
///   yet
/// @param limits the limits per peer
/// @param remote the settings of the TLS listener; empty if there is none
/// @param inboundAddresses the addresses to which clients can send and publish
/// @param inboundRegexes regular expressions for further addresses to which clients can send and
///   publish; each must match the whole address
/// @param outboundAddresses the addresses to which clients can subscribe
/// @param outboundRegexes regular expressions for further addresses to which clients can subscribe;
///   each must match the whole address
public record BridgeSettings(
    Path socket,
    Path portFile,
    String host,
    int port,
    String token,
    Duration authTimeout,
    int maxFrameBytes,
    Duration slowPeerTimeout,
    int maxConnections,
    int maxUnauthenticated,
    Limits limits,
    Optional<TlsListenerSettings> remote,
    List<String> inboundAddresses,
    List<String> inboundRegexes,
    List<String> outboundAddresses,
    List<String> outboundRegexes) {
  /// The limits per peer.
  ///
  /// @param maxSubscriptions the maximum number of subscriptions per connection, at least 1
  /// @param requestsPerSecond the maximum request rate per issued token, at least 1
  public record Limits(int maxSubscriptions, int requestsPerSecond) {
    /// The default limits.
    public static final Limits DEFAULT = new Limits(1000, 200);

    public Limits {
      require(
          maxSubscriptions >= 1,
          "maxSubscriptions: " + maxSubscriptions + " is not valid: must be at least 1");
      require(
          requestsPerSecond >= 1,
          "requestsPerSecond: " + requestsPerSecond + " is not valid: must be at least 1");
    }
  }

  /// The default for `authTimeout`.
  public static final Duration DEFAULT_AUTH_TIMEOUT = Duration.ofSeconds(2);

  /// The default for `maxFrameBytes`: 8 MiB.
  public static final int DEFAULT_MAX_FRAME_BYTES = 8 << 20;

  /// The default for `slowPeerTimeout`.
  public static final Duration DEFAULT_SLOW_PEER_TIMEOUT = Duration.ofSeconds(30);

  /// The default for `maxConnections`.
  public static final int DEFAULT_MAX_CONNECTIONS = 1024;

  /// The default for `maxUnauthenticated`.
  public static final int DEFAULT_MAX_UNAUTHENTICATED = 64;

  private static final int MAX_SOCKET_PATH_BYTES = 107;
  private static final Pattern TOKEN = Pattern.compile("[0-9a-fA-F]{64}");

  /// Validates all values.
  ///
  /// @throws IllegalArgumentException with a message that names the setting and the allowed values
  public BridgeSettings {
    requireShort(socket);
    requireLoopback(host);
    require(
        port >= 0 && port <= 65535,
        "port: " + port + " is not valid: must be 0 (any free port) to 65535");
    require(TOKEN.matcher(token).matches(), "token: must be 64 hexadecimal digits");
    requirePositive("authTimeout", authTimeout);
    requirePositive("slowPeerTimeout", slowPeerTimeout);
    require(
        maxFrameBytes >= 1,
        "maxFrameBytes: " + maxFrameBytes + " is not valid: must be at least 1");
    require(
        maxConnections >= 1,
        "maxConnections: " + maxConnections + " is not valid: must be at least 1");
    require(
        maxUnauthenticated >= 1,
        "maxUnauthenticated: " + maxUnauthenticated + " is not valid: must be at least 1");
    inboundAddresses = List.copyOf(inboundAddresses);
    inboundRegexes = List.copyOf(inboundRegexes);
    outboundAddresses = List.copyOf(outboundAddresses);
    outboundRegexes = List.copyOf(outboundRegexes);
    requireNarrow("inbound", inboundAddresses, inboundRegexes);
    requireNarrow("outbound", outboundAddresses, outboundRegexes);
  }

  /// Reports whether clients can subscribe to `address`.
  boolean maySubscribe(String address) {
    return outboundAddresses.contains(address)
        || outboundRegexes.stream().anyMatch(regex -> Pattern.matches(regex, address));
  }

  /// Returns a description without the token, which must not appear in logs.
  @Override
  public String toString() {
    return "BridgeSettings[socket=" + socket + ", host=" + host + ", port=" + port + ", token=…]";
  }

  private static void requireShort(Path socket) {
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    require(
        bytes <= MAX_SOCKET_PATH_BYTES,
        "socket: "
            + socket
            + " has "
            + bytes
            + " bytes, but the path of a unix socket can have at most "
            + MAX_SOCKET_PATH_BYTES
            + ": use a home with a shorter path");
  }

  private static void requireLoopback(String host) {
    require(
        isLoopback(host),
        "host: \""
            + host
            + "\" is not a loopback address: use 127.0.0.1, ::1 or localhost; for clients on other"
            + " machines, set bridge.remote");
  }

  /// Accepts only literal addresses: a host name could resolve to a different address when the
  /// socket is bound.
  private static boolean isLoopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  private static void requirePositive(String name, Duration value) {
    require(value.toMillis() > 0, name + ": " + value + " is not valid: must be at least 1 ms");
  }

  /// Rejects permissions that allow everything. For the Vert.x bridge, a permission without an
  /// address matches any address, as does a pattern such as `.*`.
  private static void requireNarrow(String name, List<String> addresses, List<String> regexes) {
    require(
        !addresses.isEmpty() || !regexes.isEmpty(),
        name + ": name at least one address or regular expression");
    for (String address : addresses) {
      require(!address.isBlank(), name + ": an empty address is not allowed");
    }
    for (String regex : regexes) {
      require(
          !compiled(name, regex).matcher("").matches(),
          name + ": \"" + regex + "\" matches any address: use a narrower regular expression");
    }
  }

  private static Pattern compiled(String name, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          name
              + ": \""
              + regex
              + "\" is not a valid regular expression: "
              + broken.getDescription(),
          broken);
    }
  }

  private static void require(boolean right, String sentence) {
    if (!right) {
      throw new IllegalArgumentException("bridge " + sentence);
    }
  }
}
