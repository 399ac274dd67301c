story duel
title
  en: Duelling proposers
  zh: 提议者相争
run paxos:single;r1;s1;acceptors=5;learners=0;clients=0;latency_us=5000-25000;backoff=none

step
  until time >= 5ms
  do do.n1.propose.1.7
  do do.n2.propose.1.8
  until any.phase = accepting as P
  spot $P
  en: n1 wants 7, n2 wants 8. {P} has a majority of promises and asks the acceptors to accept.
  zh: n1 想要 7，n2 想要 8。{P} 得到了多数派的承诺，正请接受者接受它的值。

step
  until note "overtaken" as P
  spot $P
  en: Too late: acceptors have promised a higher ballot meanwhile, and refuse. {P} does not wait and begins a ballot
    above it.
  zh: 晚了：接受者已承诺了更高的投票，于是拒绝。{P} 不等待，立刻发起编号更高的投票。
  ask
    en: What does its new ballot do to the other proposer?
    zh: 它的新一轮投票会怎样影响另一个提议者？
    right
      en: It may overtake that one in turn
      zh: 可能反过来抢在对方前面
      why
        en: The acceptors promise the newest ballot, and refuse what the other is just asking for. Nothing ends this.
        zh: 接受者承诺了最新的投票，就会拒绝对方正在请求的。没有什么保证这会结束。
    wrong
      en: Nothing, the other has been promised first
      zh: 没有影响，对方先得到承诺
      why
        en: A promise is not a lock. Whoever comes with a higher ballot gets the next one.
        zh: 承诺不是锁。谁的编号更高，谁就能得到下一个承诺。
    wrong
      en: Two values may be chosen
      zh: 可能会选定两个值
      why
        en: Never: Paxos stays safe in a duel. Only its progress is lost.
        zh: 绝不会：相争时 Paxos 依然安全，失去的只是进展。

step
  until seen duel
  claim not broken agreement
  spot n1 n2
  en: Each has begun a second ballot, and nobody has learned anything. This is a livelock: much ado, no progress.
  zh: 双方都已发起第二轮投票，仍没有任何结果。这就是活锁：忙个不停，却毫无进展。

step
  until n1.learned.1 >= 7
  until n2.learned.1 >= 7
  claim not broken agreement
  en: It ended by the luck of the network. With a random backoff one of the two soon finds the acceptors alone;
    real systems let one proposer lead.
  zh: 这次全靠网络的运气才结束。若采用随机退避，很快就会有一方不受打扰地完成；实际系统则让一个提议者来领导。
