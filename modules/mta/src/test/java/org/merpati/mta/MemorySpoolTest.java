package org.merpati.mta;

import org.merpati.kernel.GroupName;

class MemorySpoolTest implements SpoolContract {
    private final TestClock clock = new TestClock();
    private final Spool spool = new MemorySpool(new GroupName("spool-here"), clock);

    @Override
    public Spool spool() {
        return spool;
    }

    @Override
    public TestClock clock() {
        return clock;
    }
}
