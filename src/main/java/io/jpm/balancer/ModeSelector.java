package io.jpm.balancer;

import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.EffectiveProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Selects the balancing mode of an app and gives the reason.
final class ModeSelector {
  /// With these options Node may not read the preload script, or runs the program in a child
  /// process.
  private static final List<String> NODE_BARS =
      List.of("--permission", "--experimental-permission", "--experimental-policy", "--watch");

  /// With these options the JVM opens the debugger's port by native code, which the agent cannot
  /// intercept.
  private static final List<String> JVM_BARS = List.of("-agentlib:jdwp", "-Xrunjdwp");

  /// A selected mode.
  ///
  /// @param reason for users, such as `the program is node`
  record Choice(BalancingMode mode, String reason) {}

  private ModeSelector() {}

  /// Returns the mode of an app in cluster mode; never [BalancingMode#AUTO].
  static Choice choose(AppSpec spec, SystemSupport systemSupport) {
    BalancingMode wanted = spec.cluster().balance();
    return wanted == BalancingMode.AUTO
        ? possible(byNature(spec), systemSupport, spec)
        : possible(new Choice(wanted, "balance is " + wanted.word()), systemSupport, spec);
  }

  /// Returns the mode of an app that cannot be balanced in any other way: [BalancingMode#PROXY] if
  /// a port is known, otherwise [BalancingMode#OFF].
  ///
  /// @param seen a port on which the app was seen to listen
  static Choice fallBack(AppSpec spec, String reason, OptionalInt seen) {
    OptionalInt port = port(spec).isPresent() ? port(spec) : seen;
    return port.isPresent()
        ? new Choice(BalancingMode.PROXY, reason)
        : new Choice(BalancingMode.OFF, reason + ", and no port is known: set port");
  }

  /// Returns the port that clients connect to: the setting `port`, otherwise the declared variable
  /// `PORT`; empty if the spec has neither.
  static OptionalInt port(AppSpec spec) {
    if (spec.cluster().port().isPresent()) {
      return spec.cluster().port();
    }
    String declared = spec.variables().declared().getOrDefault("PORT", "");
    if (!declared.matches("[0-9]{1,5}")) {
      return OptionalInt.empty();
    }
    int port = Integer.parseInt(declared);
    return port >= 1 && port <= 65_535 ? OptionalInt.of(port) : OptionalInt.empty();
  }

  /// Returns how a process in fork mode can receive the listening sockets of the process that it
  /// replaces: [BalancingMode#NODE], [BalancingMode#JVM], or [BalancingMode#OFF] with the reason
  /// why it cannot.
  static Choice alone(AppSpec spec, SystemSupport systemSupport) {
    if (spec.cluster().balance() == BalancingMode.OFF) {
      return new Choice(BalancingMode.OFF, "balance is off");
    }
    Choice choice = alone(spec, EffectiveProgram.of(spec.command()), systemSupport);
    Optional<Path> file =
        choice.mode() == BalancingMode.NODE ? systemSupport.preload() : systemSupport.agent();
    if (choice.mode() == BalancingMode.OFF) {
      return choice;
    }
    return systemSupport.sockets() && file.isEmpty()
        ? choice
        : new Choice(
            BalancingMode.OFF,
            file.map(path -> path + " cannot be read by the app's user")
                .orElse("this system cannot share sockets"));
  }

  private static Choice alone(AppSpec spec, EffectiveProgram program, SystemSupport systemSupport) {
    if (program.behind() && program.isJava()) {
      return new Choice(BalancingMode.OFF, program.name() + " is started by another program");
    }
    if (program.startsNode()) {
      return new Choice(BalancingMode.NODE, program.name() + " may start node");
    }
    if (program.isNode()) {
      return barred(new Choice(BalancingMode.NODE, "the program is node"), spec, NODE_BARS);
    }
    if (program.isJava()) {
      return systemSupport
          .java()
          .map(reason -> new Choice(BalancingMode.OFF, reason))
          .orElseGet(
              () -> barred(new Choice(BalancingMode.JVM, "the program is java"), spec, JVM_BARS));
    }
    return new Choice(BalancingMode.OFF, program.name() + " cannot be given a listening socket");
  }

  /// Returns `choice`, or [BalancingMode#OFF] if an option in `bars` prevents sharing.
  private static Choice barred(Choice choice, AppSpec spec, List<String> bars) {
    return spec.command().interpreterArgs().stream()
        .filter(word -> bars.stream().anyMatch(word::startsWith))
        .findFirst()
        .map(word ->
            new Choice(BalancingMode.OFF, "it cannot share its port with the option " + word))
        .orElse(choice);
  }

  private static Choice byNature(AppSpec spec) {
    if (!spec.cluster().listen().isEmpty()) {
      return new Choice(BalancingMode.LISTEN_FDS, "listen is set");
    }
    EffectiveProgram program = EffectiveProgram.of(spec.command());
    if (program.isNode()) {
      return new Choice(BalancingMode.NODE, "the program is node");
    }
    if (program.isJava()) {
      return new Choice(BalancingMode.JVM, "the program is java");
    }
    return fallBack(
        spec,
        program.doubt().orElseGet(() -> program.name() + " has no balancing mode of its own"),
        OptionalInt.empty());
  }

  private static Choice possible(Choice choice, SystemSupport systemSupport, AppSpec spec) {
    return switch (choice.mode()) {
      case AUTO, OFF -> choice;
      case PROXY ->
          port(spec).isPresent()
              ? choice
              : new Choice(BalancingMode.OFF, "no port is known: set port");
      case NODE -> unreadable(choice, systemSupport, systemSupport.preload(), spec);
      case JVM ->
          systemSupport
              .java()
              .map(reason -> fallBack(spec, reason, OptionalInt.empty()))
              .orElseGet(() -> unreadable(choice, systemSupport, systemSupport.agent(), spec));
      case LISTEN_FDS ->
          spec.cluster().listen().isEmpty()
              ? new Choice(BalancingMode.OFF, "balance is listen_fds, but listen names no address")
              : unreadable(choice, systemSupport, Optional.empty(), spec);
    };
  }

  private static Choice unreadable(
      Choice choice, SystemSupport systemSupport, Optional<Path> file, AppSpec spec) {
    if (!systemSupport.sockets()) {
      return fallBack(spec, "this system cannot share sockets", OptionalInt.empty());
    }
    return file.map(path ->
            new Choice(
                BalancingMode.OFF,
                spec.runAs().sandbox().hides(path)
                    ? path + " is hidden by private_tmp: install jpm elsewhere"
                    : path
                        + " cannot be read by "
                        + spec.runAs()
                            .user()
                            .map(user -> "user " + user)
                            .orElse("the daemon's user")
                        + ": make it and the directories above it readable for all"))
        .orElse(choice);
  }
}
