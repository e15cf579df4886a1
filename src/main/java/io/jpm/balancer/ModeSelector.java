package io.jpm.balancer;

import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.EffectiveProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Selects the balancing mode of an app and states the reason.
final class ModeSelector {
  /// Options that make Node run the program in a child process, or that may prevent Node from
  /// reading the preload script.
  private static final List<String> NODE_BARS =
      List.of("--permission", "--experimental-permission", "--experimental-policy", "--watch");

  /// Options that make the JVM open a debugger port in native code, which the agent cannot
  /// intercept.
  private static final List<String> JVM_BARS = List.of("-agentlib:jdwp", "-Xrunjdwp");

  /// A selected mode.
  ///
  /// @param reason the reason, as text for users, such as `the program is node`
  record Selection(BalancingMode mode, String reason) {}

  private ModeSelector() {}

  /// Returns the mode of an app in cluster mode; never [BalancingMode#AUTO].
  static Selection choose(AppSpec spec, SystemSupport systemSupport) {
    BalancingMode wanted = spec.cluster().balance();
    return wanted == BalancingMode.AUTO
        ? possible(byNature(spec), systemSupport, spec)
        : possible(new Selection(wanted, "balance is " + wanted.keyword()), systemSupport, spec);
  }

  /// Returns the mode of an app for which no other mode is possible: [BalancingMode#PROXY] if a
  /// port is known, otherwise [BalancingMode#OFF].
  ///
  /// @param seen a port on which the app was observed to listen
  static Selection fallBack(AppSpec spec, String reason, OptionalInt seen) {
    OptionalInt port = port(spec).isPresent() ? port(spec) : seen;
    return port.isPresent()
        ? new Selection(BalancingMode.PROXY, reason)
        : new Selection(BalancingMode.OFF, reason + ", and no port is known: set port");
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
  /// why it cannot receive them.
  static Selection selectForHandover(AppSpec spec, SystemSupport systemSupport) {
    if (spec.cluster().balance() == BalancingMode.OFF) {
      return new Selection(BalancingMode.OFF, "balance is off");
    }
    Selection selection =
        selectForHandover(spec, EffectiveProgram.of(spec.command()), systemSupport);
    Optional<Path> file =
        selection.mode() == BalancingMode.NODE ? systemSupport.preload() : systemSupport.agent();
    if (selection.mode() == BalancingMode.OFF) {
      return selection;
    }
    return systemSupport.sockets() && file.isEmpty()
        ? selection
        : new Selection(
            BalancingMode.OFF,
            file.map(path -> path + " cannot be read by the app's user")
                .orElse("sockets cannot be shared between processes on this system"));
  }

  private static Selection selectForHandover(
      AppSpec spec, EffectiveProgram program, SystemSupport systemSupport) {
    if (program.indirect() && program.isJava()) {
      return new Selection(BalancingMode.OFF, program.name() + " is started by another program");
    }
    if (program.startsNode()) {
      return new Selection(BalancingMode.NODE, program.name() + " may start node");
    }
    if (program.isNode()) {
      return barred(new Selection(BalancingMode.NODE, "the program is node"), spec, NODE_BARS);
    }
    if (program.isJava()) {
      return systemSupport
          .java()
          .map(reason -> new Selection(BalancingMode.OFF, reason))
          .orElseGet(() ->
              barred(new Selection(BalancingMode.JVM, "the program is java"), spec, JVM_BARS));
    }
    return new Selection(BalancingMode.OFF, program.name() + " cannot receive a listening socket");
  }

  /// Returns `selection`, or [BalancingMode#OFF] if an interpreter argument begins with one of
  /// `bars`, the options that prevent sharing.
  private static Selection barred(Selection selection, AppSpec spec, List<String> bars) {
    return spec.command().interpreterArgs().stream()
        .filter(word -> bars.stream().anyMatch(word::startsWith))
        .findFirst()
        .map(word ->
            new Selection(
                BalancingMode.OFF, "it cannot share its port because of the option " + word))
        .orElse(selection);
  }

  private static Selection byNature(AppSpec spec) {
    if (!spec.cluster().listen().isEmpty()) {
      return new Selection(BalancingMode.LISTEN_FDS, "listen is set");
    }
    EffectiveProgram program = EffectiveProgram.of(spec.command());
    if (program.isNode()) {
      return new Selection(BalancingMode.NODE, "the program is node");
    }
    if (program.isJava()) {
      return new Selection(BalancingMode.JVM, "the program is java");
    }
    return fallBack(
        spec,
        program
            .ambiguityMessage()
            .orElseGet(() -> program.name() + " has no balancing mode of its own"),
        OptionalInt.empty());
  }

  private static Selection possible(
      Selection selection, SystemSupport systemSupport, AppSpec spec) {
    return switch (selection.mode()) {
      case AUTO, OFF -> selection;
      case PROXY ->
          port(spec).isPresent()
              ? selection
              : new Selection(BalancingMode.OFF, "no port is known: set port");
      case NODE -> unreadable(selection, systemSupport, systemSupport.preload(), spec);
      case JVM ->
          systemSupport
              .java()
              .map(reason -> fallBack(spec, reason, OptionalInt.empty()))
              .orElseGet(() -> unreadable(selection, systemSupport, systemSupport.agent(), spec));
      case LISTEN_FDS ->
          spec.cluster().listen().isEmpty()
              ? new Selection(
                  BalancingMode.OFF, "balance is listen_fds, but no address is set: set listen")
              : unreadable(selection, systemSupport, Optional.empty(), spec);
    };
  }

  private static Selection unreadable(
      Selection selection, SystemSupport systemSupport, Optional<Path> file, AppSpec spec) {
    if (!systemSupport.sockets()) {
      return fallBack(
          spec, "sockets cannot be shared between processes on this system", OptionalInt.empty());
    }
    return file.map(path ->
            new Selection(
                BalancingMode.OFF,
                spec.runAs().sandbox().hides(path)
                    ? path
                        + " is hidden by private_tmp: install jpm outside the temporary directories"
                    : path
                        + " cannot be read by "
                        + spec.runAs()
                            .user()
                            .map(user -> "user " + user)
                            .orElse("the daemon's user")
                        + ": make it and its parent directories readable by all users"))
        .orElse(selection);
  }
}
