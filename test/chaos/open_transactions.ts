/** Which transactions are under way now: asked of each broker, as each coordinates some of them. */
import { Connection, listTransactionsV1 } from '@platformatic/kafka';

/** Transactional ids. A broker that does not answer is left out. */
export async function openTransactions(addresses: readonly string[]): Promise<ReadonlySet<string>> {
  const answers = await Promise.allSettled(addresses.map(askBroker));
  return new Set(answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])));
}

async function askBroker(address: string): Promise<string[]> {
  const [host = '', port = ''] = address.split(':');
  const connection = new Connection('chaos');
  try {
    await connection.connect(host, Number(port));
    const { transactionStates } = await listTransactionsV1.api.async(connection, ['Ongoing'], [], -1n, null);
    return transactionStates.map(({ transactionalId }) => transactionalId);
  } finally {
    await connection.close();
  }
}
