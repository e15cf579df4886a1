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

/// ClusterBalancer's answer.
public sealed interface BalancerReply extends BusMessage {
  /// It was done, or there was nothing to do.
  record Done() implements BalancerReply {}

  /// What the process is to be made with.
  ///
  /// @param wrapper words before the whole command, the program to execute first; empty: none
  /// @param options words right behind the program's own, such as `--require`
  /// @param environment variables over those of the app
  /// @param sockets keys of `os.ListenSockets` to be inherited, in this order
  /// @param channel whether it gets a channel for messages; sockets then begin at descriptor 5,
  ///   else at 3
  /// @param unready what may be wrong when the process never takes connections, as a sentence
  ///   without its end; empty: nothing is known
  /// @param memo to be kept with the process, for [BalancerCommand.Began] after an adoption
  /// @param mustListen whether the process is certain to come to listen, since what it listens on
  ///   is the daemon's: before, it is not ready to take another one's place
  /// @param far whether processes below it are to inherit the sockets too, `SpawnRequest.far`
  record Prepared(
      List<String> wrapper,
      List<String> options,
      Map<String, String> environment,
      List<String> sockets,
      boolean channel,
      String unready,
      String memo,
      boolean mustListen,
      boolean far)
      implements BalancerReply {
    /// Made as it is.
    public static final Prepared PLAIN =
        new Prepared(List.of(), List.of(), Map.of(), List.of(), true, "");

    /// One whose sockets it has itself.
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

    /// One of which nobody knows what may be wrong, or whether it ever listens.
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

  /// It cannot be made so.
  ///
  /// @param reason a sentence for the user, with what to mend
  record Refused(String reason) implements BalancerReply {}

  /// How a connection gets to one process; see [BalancerCommand.Reach].
  sealed interface Route extends BalancerReply {
    /// As was meant: nobody else answers there.
    record Direct() implements Route {}

    /// By another address, where this process alone answers, over the protocol that was meant.
    /// Holds for one connection that is begun at once.
    record Through(InetSocketAddress address) implements Route {}

    /// As was meant, but from a certain address of this machine: that leads to this process.
    ///
    /// @param source of the loopback
    /// @param address where to connect to
    record From(InetAddress source, InetSocketAddress address) implements Route {}

    /// Not at all.
    ///
    /// @param reason for people, a clause such as `nothing listens on 127.0.0.1:3000`
    record Nowhere(String reason) implements Route {}
  }

  /// See [BalancerCommand.Drain].
  ///
  /// @param left connections that were still open when the time was over
  record Drained(int left) implements BalancerReply {}

  /// How a process can be replaced, as [BalancerCommand.Lend] asks.
  sealed interface Handover extends BalancerReply {
    /// What keeps it from having a successor beside it; empty where nothing does.
    String obstacle();

    /// A new process can come up beside it.
    ///
    /// @param how for people, a clause without a subject: `its listening sockets are handed over`
    /// @param apart whether each of the two has sockets of its own there
    record Beside(String how, boolean apart) implements Handover {
      @Override
      public String obstacle() {
        return "";
      }
    }

    /// It listens on no TCP port, as far as the system shows.
    record NoPort() implements Handover {
      @Override
      public String obstacle() {
        return "";
      }
    }

    /// It has to end before the next one can listen.
    ///
    /// @param obstacle why, a clause: `python3 has no way to be given a listening socket`
    /// @param remedy what would change that, a sentence without its end; empty: nothing is known
    /// @param addresses where it listens
    record After(String obstacle, String remedy, Set<InetSocketAddress> addresses)
        implements Handover {
      public After {
        addresses = Set.copyOf(addresses);
      }
    }
  }

  /// How an app is balanced.
  ///
  /// @param mode what is done
  /// @param reason why, for people: `the program is node`
  /// @param strategy its word
  /// @param addresses what is listened on, as people write it
  /// @param own the port of the instance that was asked for, where it has one of its own; else
  ///   empty
  /// @param counters of the instance that was asked for, by name, in the order of showing; only
  ///   where connections pass through the daemon
  record Status(
      BalancingMode mode,
      String reason,
      String strategy,
      List<String> addresses,
      OptionalInt own,
      Map<String, Long> counters)
      implements BalancerReply {
    /// Of an instance without a port of its own.
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
