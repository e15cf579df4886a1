package io.jpm.bus.balancer;

import io.jpm.bus.BusMessage;
import io.jpm.model.BalancingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// ClusterBalancer's reply to a [BalancerCommand].
public sealed interface BalancerReply extends BusMessage {
  /// The command was carried out or had no effect.
  record Done() implements BalancerReply {}

  /// The additional settings with which God starts the process.
  ///
  /// @param wrapper the words to prepend to the command: the program that starts it, and the
  ///   arguments of that program; empty if the command is started directly
  /// @param options the words to insert immediately after the program of the command, such as
  ///   `--require`
  /// @param environment the variables that override those of the app
  /// @param sockets the keys of `os.ListenSocketRegistry` for the sockets that the process
  ///   inherits, in this order
  /// @param ipcChannel whether the process has an IPC channel. If so, its sockets begin at
  ///   descriptor 5, otherwise at 3
  /// @param startHint the likely cause if the process never accepts connections, as a sentence
  ///   without a full stop; empty if unknown
  /// @param balancerState the balancer's state, which God stores with the process and passes to
  ///   [BalancerCommand.ProcessStarted] after an adoption
  /// @param mustListen whether the process is expected to listen, because it receives listening
  ///   sockets from the daemon. If so, it cannot replace another process before it listens
  /// @param inheritToDescendants whether descendants of the process also inherit the sockets
  record Prepared(
      List<String> wrapper,
      List<String> options,
      Map<String, String> environment,
      List<String> sockets,
      boolean ipcChannel,
      String startHint,
      String balancerState,
      boolean mustListen,
      boolean inheritToDescendants)
      implements BalancerReply {
    /// The reply for a process that needs no additional settings.
    public static final Prepared PLAIN =
        new Prepared(List.of(), List.of(), Map.of(), List.of(), true, "");

    /// Creates a reply for a process whose descendants do not inherit the sockets.
    public Prepared(
        List<String> wrapper,
        List<String> options,
        Map<String, String> environment,
        List<String> sockets,
        boolean channel,
        String unready,
        String memo,
        boolean mustListen) {
      this(wrapper, options, environment, sockets, channel, unready, memo, mustListen, false);
    }

    /// Creates a reply without a start hint, for a process that is not required to listen.
    public Prepared(
        List<String> wrapper,
        List<String> options,
        Map<String, String> environment,
        List<String> sockets,
        boolean channel,
        String memo) {
      this(wrapper, options, environment, sockets, channel, "", memo, false);
    }

    public Prepared {
      wrapper = List.copyOf(wrapper);
      options = List.copyOf(options);
      environment = Map.copyOf(environment);
      sockets = List.copyOf(sockets);
    }
  }

  /// The process cannot be started with the balancing settings of its app.
  ///
  /// @param reason the problem and how to fix it, as a sentence for the user
  record Refused(String reason) implements BalancerReply {}

  /// The route of a connection to one process; see [BalancerCommand.ResolveRoute].
  sealed interface Route extends BalancerReply {
    /// The caller connects to the intended address, where no other process accepts connections.
    record Direct() implements Route {}

    /// The caller connects to another address, where only this process accepts connections. The
    /// protocol is the same as for the intended address. Valid for one connection, which the caller
    /// must open immediately.
    record Via(InetSocketAddress address) implements Route {}

    /// The caller connects from a specific local address, because connections from that address are
    /// passed to this process.
    ///
    /// @param source an address of the loopback interface
    /// @param address the address to connect to
    record FromSource(InetAddress source, InetSocketAddress address) implements Route {}

    /// The process cannot be reached.
    ///
    /// @param reason the reason for users, as a clause such as `nothing listens on 127.0.0.1:3000`
    record Unreachable(String reason) implements Route {}
  }

  /// The reply to [BalancerCommand.Drain].
  ///
  /// @param left the number of connections that were still open at the deadline
  record Drained(int left) implements BalancerReply {}

  /// How a process can be replaced. The reply to [BalancerCommand.PrepareHandover] and
  /// [BalancerCommand.PreviewReload].
  sealed interface Handover extends BalancerReply {
    /// Returns why a new process cannot run at the same time as the current one; empty if it can.
    String obstacle();

    /// A new process can start while the old one is still running.
    ///
    /// @param explanation the reason, as a clause for users: `its listening sockets are handed
    ///   over`
    /// @param separateSockets whether the two processes have separate sockets
    record SideBySide(String explanation, boolean separateSockets) implements Handover {
      @Override
      public String obstacle() {
        return "";
      }
    }

    /// According to the operating system, the process does not listen on a TCP port.
    record NoPort() implements Handover {
      @Override
      public String obstacle() {
        return "";
      }
    }

    /// The process must stop before the next one can listen.
    ///
    /// @param obstacle the reason, as a clause for users: `python3 cannot receive a listening
    ///   socket`
    /// @param remedy how to remove the obstacle, as a sentence without a full stop; empty if
    ///   unknown
    /// @param addresses the addresses on which it listens
    record Sequential(String obstacle, String remedy, Set<InetSocketAddress> addresses)
        implements Handover {
      public Sequential {
        addresses = Set.copyOf(addresses);
      }
    }
  }

  /// How the connections of an app are balanced.
  ///
  /// @param mode the balancing mode
  /// @param reason why that mode was chosen, for users: `the program is node`
  /// @param strategy the keyword of the strategy
  /// @param addresses the addresses on which the app listens, in the form that users write
  /// @param privatePort the private port of the requested instance; empty if it has none
  /// @param counters the counters of the requested instance by name, in display order; empty unless
  ///   connections pass through the daemon
  record Status(
      BalancingMode mode,
      String reason,
      String strategy,
      List<String> addresses,
      OptionalInt privatePort,
      Map<String, Long> counters)
      implements BalancerReply {
    /// Creates the status of an instance without a private port.
    public Status(
        BalancingMode mode,
        String reason,
        String strategy,
        List<String> addresses,
        Map<String, Long> counters) {
      this(mode, reason, strategy, addresses, OptionalInt.empty(), counters);
    }

    public Status {
      addresses = List.copyOf(addresses);
      counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
    }
  }
}
