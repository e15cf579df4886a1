package io.jpm.os.portable;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.os.ProcessHost;
import io.jpm.os.ProcessHostContract;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PortableProcessHostTest extends ProcessHostContract {
  @Override
  protected ProcessHost newHost() {
    return new PortableProcessHost();
  }

  @Test
  void otherCredentialsAreRefused() {
    RunAs nice =
        new RunAs(Optional.empty(), Optional.empty(), OptionalInt.of(5), OptionalInt.empty());

    assertThat(fixture.refusal(fixture.withRunAs(fixture.request("obedient.sh"), nice)))
        .contains("remove uid, gid, nice, umask");
  }

  @Test
  void terminalIsRefused() {
    assertThat(fixture.refusal(fixture.withTerminal(fixture.request("obedient.sh"))))
        .isEqualTo("terminals are not supported on this system: remove pty");
  }

  @Test
  void childHasNoIpcChannel() {
    var child = fixture.start(fixture.withChannel(fixture.request("obedient.sh")));

    assertThat(child.child().hasIpcChannel()).isFalse();
    assertThat(child.child().send("1")).isFalse();
  }
}
