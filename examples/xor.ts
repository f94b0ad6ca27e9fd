import { dense, dropout, relu, sequential, sgd } from "drowse";

const x = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1); // four rows of two numbers
const y = [0, 1, 1, 0];
const model = sequential({ input: [2], seed: 1 }, [dense(32), relu(), dropout({ rate: 0.5 }), dense(2)]);
const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
await model.fit({ x, y }, { loss: "crossEntropy", optimizer, epochs: 500 }); // half of the hidden units sleep
const { data } = await model.predict(x); // all are awake; data has the probabilities of 0 and of 1, row after row
for (const row of y.keys()) {
  console.log(`${x[2 * row]} xor ${x[2 * row + 1]} is 1 with probability ${data[2 * row + 1].toFixed(2)}`);
}
