import { execFileSync } from 'node:child_process';
import { openedKernel } from './opened-kernel';

describe('a built kernel in VS Code', function () {
  this.timeout(120000);
  const opened = openedKernel();

  it('is compared with the predicted tables', async () => {
    const { bench, copy } = opened();
    execFileSync('make', ['-s'], { cwd: copy.folder, stdio: 'ignore' });
    await bench.open('kernel/fork.c');
    // The palette lists the commands that there are when it opens.
    await bench.page.locator('.statusbar-item', { hasText: /\d+ registrations/ }).waitFor();
    await bench.command('Task Watchers: Verify against vmlinux…');
    await bench.choosePath('vmlinux');
    await bench.line('- INIT: 7 in the file, 7 predicted, equal').waitFor();
    await bench.page.locator('.notification-toast', { hasText: 'the tables are equal' }).waitFor();
  });

  it('is refused in one line where the file is none', async () => {
    const { bench } = opened();
    await bench.command('Task Watchers: Verify against vmlinux…');
    await bench.choosePath('README');
    await bench.page.locator('.notification-toast', { hasText: /Task Watchers:.*README/ }).waitFor();
  });
});
