package io.jpm.command;

import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandReply.Failed;
import java.util.List;

/// Signals that a request failed. Contains the reply for the client.
final class RequestRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failed reply;

  RequestRefused(Failed reply) {
    super(reply.code().keyword() + ": " + String.join("; ", reply.problems()), null, false, false);
    this.reply = reply;
  }

  RequestRefused(Code code, String problem) {
    this(new Failed(code, List.of(problem), List.of()));
  }

  Failed reply() {
    return reply;
  }
}
