package io.jpm.satan.health;

import io.jpm.bus.OffLoop;
import io.jpm.bus.SatanCommand;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.WorkerId;
import io.jpm.os.NoticeAddress;
import io.jpm.os.NoticeRequest;
import io.jpm.os.NoticeSocket;
import io.jpm.os.NoticeSockets;
import io.jpm.os.ProcessHost;
import io.jpm.satan.health.Hearing.Heard;
import io.jpm.satan.health.Hearing.Sign;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Listens to what processes say by `sd_notify(3)`. Owned by the context that made it.
final class Notices {
  private final Vertx vertx;
  private final ProcessHost host;
  private final Path home;
  private final Context context;

  Notices(Vertx vertx, ProcessHost host, Path home) {
    this.vertx = vertx;
    this.host = host;
    this.home = home;
    this.context = vertx.getOrCreateContext();
  }

  /// See [Hearing#open].
  Future<Heard> open(SatanCommand.Attend attended, Consumer<Sign> signs) {
    var passed = new Passed(signs);
    return OffLoop.call(vertx, () -> socket(attended, passed)).map(passed::from);
  }

  /// Empty on systems that have none: there an app can still say `ready` over its channel.
  private Optional<NoticeSocket> socket(SatanCommand.Attend attended, Passed passed)
      throws IOException {
    WorkerId worker = attended.worker();
    var request =
        new NoticeRequest(
            NoticeAddress.of(home, worker, attended.spec().runAs()),
            // The mark that God gives the process's tree.
            home + ":" + worker.id() + "-" + worker.birth() + ":" + worker.generation(),
            attended.spec().runAs());
    Optional<NoticeSockets> sockets = host.noticeSockets();
    return sockets.isEmpty()
        ? Optional.empty()
        : Optional.of(sockets.get().open(request, passed::heard));
  }

  /// Brings what comes from the host's thread to the context, until nobody listens.
  private final class Passed implements Heard {
    private final Consumer<Sign> signs;
    private final Status status;
    private Optional<NoticeSocket> socket = Optional.empty();
    private boolean closed;

    Passed(Consumer<Sign> signs) {
      this.signs = signs;
      this.status = new Status(vertx, text -> signs.accept(new Sign.Says(text)));
    }

    Heard from(Optional<NoticeSocket> opened) {
      socket = opened;
      return this;
    }

    /// On the host's thread.
    void heard(List<String> messages) {
      List<Sign> heard = NoticeText.signs(messages);
      if (!heard.isEmpty()) {
        context.runOnContext(_ -> heard.forEach(this::tell));
      }
    }

    private void tell(Sign sign) {
      if (closed) {
        return;
      }
      switch (sign) {
        case Sign.Says(String text) -> status.is(text);
        case Sign.Ready _,
            Sign.Alive _,
            Sign.Line _,
            Sign.Failing _,
            Sign.Stopping _,
            Sign.MoreTime _ ->
            signs.accept(sign);
      }
    }

    @Override
    public void began(ProcessIdentity process) {
      socket.ifPresent(it -> it.began(process));
    }

    @Override
    public void close() {
      closed = true;
      status.close();
      socket.ifPresent(it ->
          OffLoop.call(
              vertx,
              () -> {
                it.close();
                return true;
              }));
    }
  }
}
