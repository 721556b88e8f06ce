/** Consumers that are there from the first start; the examples of the documents name them. */
const sample = (id: string, name: string, address: string | null, day: number) => ({
  id,
  name,
  email: `${id.slice(2)}@example.com`,
  address,
  created_at: new Date(Date.UTC(2026, 0, day, 9)),
});

export const sampleConsumers = [
  sample('c-ada', 'Ada Lovelace', '12 St James Square, London', 5),
  sample('c-alan', 'Alan Turing', '8 Adlington Road, Wilmslow', 6),
  sample('c-grace', 'Grace Hopper', '1 Navy Yard, Arlington', 7),
  sample('c-edsger', 'Edsger Dijkstra', 'Plataanstraat 5, Nuenen', 8),
  sample('c-barbara', 'Barbara Liskov', '32 Vassar Street, Cambridge', 9),
  sample('c-hedy', 'Hedy Lamarr', null, 12),
];
