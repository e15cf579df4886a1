package io.jpm.os.portable;

import io.jpm.os.ProcessHost;
import io.jpm.os.ProcessHostContract;

class PortableProcessHostTest extends ProcessHostContract {
  @Override
  protected ProcessHost newHost() {
    return new PortableProcessHost();
  }
}
